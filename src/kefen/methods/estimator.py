"""The conventions of scikit-learn for estimators, without importing it."""

from __future__ import annotations

import inspect
from typing import Any, Self


class Estimator:
    """Settings are the arguments of the constructor, kept unchanged under their own names.

    So `sklearn.base.clone` and its searches work on estimators of Kefen. What `fit` finds is kept
    in attributes that end with an underscore.
    """

    @classmethod
    def _setting_names(cls) -> tuple[str, ...]:
        parameters = inspect.signature(cls.__init__).parameters.values()
        return tuple(
            one.name
            for one in parameters
            if one.name != "self" and one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
        )

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002
        """Return the settings by name; there are no nested estimators, so `deep` says nothing."""
        return {name: getattr(self, name) for name in self._setting_names()}

    def set_params(self, **settings: Any) -> Self:
        """Change settings.

        Raises:
            ValueError: There is no such setting.
        """
        known = self._setting_names()
        for name, value in settings.items():
            if name not in known:
                raise ValueError(f"{type(self).__name__} has no setting {name!r}")
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.get_params().items())
        return f"{type(self).__name__}({said})"
