"""No prediction of our own: only authorities may say what will happen (`prediction` in `wordings.yaml`)."""

from __future__ import annotations

from functools import partial

from emergency_kepu.content.lint import wording

check = partial(wording.check_group, "prediction")
