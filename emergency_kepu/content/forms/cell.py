"""Cell broadcast: what an SMS says, and what it may harm, on at most 15 pages."""

from __future__ import annotations

from emergency_kepu.content.forms import pages
from emergency_kepu.content.forms.form import Form
from emergency_kepu.content.forms.warnings_only import warnings_only
from emergency_kepu.content.limits import Limit

CELL = Form(limit=Limit(unit="pages", most=pages.MOST_PAGES, measure=pages.count), adapt=warnings_only, fold=True)
