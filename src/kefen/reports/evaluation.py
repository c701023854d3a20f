"""The grading judged, as sections: what it comes to, accuracy, effect, process, upkeep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.reports.evaluation_accuracy import accuracy_section
from kefen.reports.evaluation_effect import effect_section
from kefen.reports.evaluation_upkeep import process_section, upkeep_section
from kefen.reports.model import Prose, Section

if TYPE_CHECKING:
    from kefen.grading.evaluation.evaluate import Evaluation
    from kefen.reports.model import Block


def evaluation_sections(found: Evaluation) -> tuple[Section, ...]:
    """Return an evaluation as sections."""
    sections = (
        summary_section(found),
        accuracy_section(found),
        effect_section(found),
        process_section(found),
        upkeep_section(found),
    )
    return tuple(section for section in sections if section is not None)


def _judgements(found: Evaluation) -> tuple[Text, ...]:
    said = [found.judgement]
    if found.effect is not None:
        said.append(found.effect.judgement)
    return (*said, found.process.judgement, found.upkeep.judgement)


def summary_section(found: Evaluation) -> Section:
    """Return what an evaluation comes to, and what cannot be judged."""
    unjudged = [
        *(found.effect.unjudged if found.effect is not None else ()),
        *found.process.unjudged,
        *found.upkeep.unjudged,
    ]
    blocks: list[Block] = [Prose(_judgements(found), "say")]
    if unjudged:
        heading = Text("What cannot be judged, and why:", "无法判断的内容及原因：")
        blocks.append(Prose((heading, *unjudged), "warn"))
    return Section(
        "judgement",
        Text("The grading judged", "评级检验"),
        Text("Judgement", "结论"),
        Text(
            "{n} customers graded as of {d}, held against {p}.",
            "{d} 评级的 {n} 个客户，以 {p} 的事实检验。",
        ).filled(
            n=f"{found.customers:,}",
            d=found.period.as_of.isoformat(),
            p=found.period.words,
        ),
        tuple(blocks),
    )
