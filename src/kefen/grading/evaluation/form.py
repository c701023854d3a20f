"""The form by which people judge how a grading is organised, how clear and how scientific it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, TypeAlias

from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text
from kefen.lake.reading.plain_tables import read_plain_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Area: TypeAlias = Literal["organisation", "clarity", "science"]
AREAS: dict[Area, Text] = {
    "organisation": Text("Organisation", "组织"),
    "clarity": Text("Clarity", "清晰"),
    "science": Text("Science", "科学"),
}
MOST = 4
"""The best mark; 0 is the worst."""
_CELLS = ("id", "mark", "finding", "owner", "due")


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the form.

    Attributes:
        id: Its name in the file.
        area: What it is about.
        asks: The question.
    """

    id: str
    area: Area
    asks: Text


QUESTIONS = (
    Question(
        "one_owner",
        "organisation",
        Text(
            "Is one named person responsible for the standard and its upkeep?",
            "标准及其维护是否有专人负责？",
        ),
    ),
    Question(
        "approved",
        "organisation",
        Text(
            "Is a change of the standard previewed, approved by a second person and announced?",
            "标准变更是否先试算、经第二人批准并公布？",
        ),
    ),
    Question(
        "on_time",
        "organisation",
        Text(
            "Is every month graded on its day, and do all departments work from the same run?",
            "是否按期逐月评级，各部门是否使用同一次结果？",
        ),
    ),
    Question(
        "reasons_kept",
        "organisation",
        Text(
            "Has every grade set by hand a reason, an approver and an end?",
            "每次人工调级是否有原因、审批人和截止日期？",
        ),
    ),
    Question(
        "in_words",
        "clarity",
        Text(
            "Can the people who use the grades say in a sentence what each one means?",
            "使用者能否用一句话说清各等级的含义？",
        ),
    ),
    Question(
        "to_customers",
        "clarity",
        Text(
            "Can a customer's grade be explained to the customer without embarrassment?",
            "能否坦然地向客户解释其等级？",
        ),
    ),
    Question(
        "work_follows",
        "clarity",
        Text(
            "Is it written what each grade is entitled to, and is it done?",
            "各等级的服务内容是否成文并得到执行？",
        ),
    ),
    Question(
        "weights_founded",
        "science",
        Text(
            "Have the weights and lines a stated ground: data, comparison in pairs, or a rule?",
            "权重与界线是否有依据：数据、两两比较或制度？",
        ),
    ),
    Question(
        "data_sound",
        "science",
        Text(
            "Are the findings of the quality report followed up before the month is graded?",
            "质量报告的发现是否在评级前处理？",
        ),
    ),
    Question(
        "held_against",
        "science",
        Text(
            "Are the grades held against what happened at least once a year, with consequences?",
            "是否至少每年用实际结果检验等级并据此改进？",
        ),
    ),
    Question(
        "fair",
        "science",
        Text(
            "Has somebody checked that no indicator stands in for what must not count (sex, "
            "origin, and the like)?",
            "是否核查过没有指标变相反映不得考虑的因素（性别、籍贯等）？",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the form.

    Attributes:
        question: What was asked.
        mark: 0 to 4; None where it is not answered.
        finding: What was found.
        owner: Who puts it right.
        due: By when.
    """

    question: Question
    mark: int | None
    finding: str
    owner: str
    due: date | None


def read_form(path: Path) -> tuple[Answer, ...]:
    """Return the answers of a filled form, every question once.

    Raises:
        CallError: There is no such file.
        DataError: It is no such form, or an answer is none.
    """
    if not path.is_file():
        raise CallError(
            Text("There is no such file.", "文件不存在。"),
            where=str(path),
            mend=Text(
                "Write an empty form first: kefen evaluate --new-form FILE.",
                "请先生成空表：kefen evaluate --new-form 文件。",
            ),
        )
    sheet = read_plain_table(path, None)
    places = [sheet.position(name) for name in _CELLS]
    found: dict[str, Answer] = {}
    by_id = {question.id: question for question in QUESTIONS}
    for row, number in zip(sheet.rows, sheet.numbers, strict=True):
        identifier, mark, finding, owner, due = (row[at].strip() for at in places)
        where = f"{path.name}:{number}"
        if identifier not in by_id:
            raise DataError(
                Text("there is no question “{i}”", "没有问题“{i}”").filled(i=identifier),
                where=where,
                mend=Text("Questions: {q}.", "问题：{q}。").filled(q=", ".join(by_id)),
            )
        found[identifier] = Answer(
            by_id[identifier], _mark(mark, where), finding, owner, _day(due, where)
        )
    return tuple(found.get(q.id, Answer(q, None, "", "", None)) for q in QUESTIONS)


def form_rows(words: Mapping[Area, str], asked: Mapping[str, str]) -> Iterator[list[str]]:
    """Yield the lines of an empty form, its heading first.

    Args:
        words: The areas in the language of the form.
        asked: The questions in the language of the form, by id.
    """
    yield ["id", "area", "question", "mark", "finding", "owner", "due"]
    for question in QUESTIONS:
        yield [question.id, words[question.area], asked[question.id], "", "", "", ""]


def _mark(text: str, where: str) -> int | None:
    if not text:
        return None
    if text.removesuffix(".0") in {str(mark) for mark in range(MOST + 1)}:
        return int(text.removesuffix(".0"))
    raise DataError(
        Text("“{m}” is no mark", "“{m}”不是有效分数").filled(m=text),
        where=where,
        mend=Text(
            "Give 0 (not at all) to {m} (wholly).", "请填 0（完全没有）至 {m}（完全做到）。"
        ).filled(m=MOST),
    )


def _day(text: str, where: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise DataError(
            Text("“{d}” is no date", "“{d}”不是日期").filled(d=text),
            where=where,
            mend=Text("Write it as 2026-10-31.", "请写成 2026-10-31。"),
        ) from None
