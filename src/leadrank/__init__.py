"""Leadrank: who to call, by when, why, and when not to trust the model.

project = leadrank.read_project("leadrank.toml")
bundle = leadrank.train(project, leadrank.read_tables(project))
leadrank.save_bundle(bundle, "leads.leadrank")
leadrank.Scorer("leads.leadrank").one({"TotalVisits": 5, "Lead Source": "Google"})
"""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank import errors
    from leadrank.bundle import Bundle, load_bundle
    from leadrank.face import backtest, read_tables, save_bundle, train
    from leadrank.project import Project, read_project
    from leadrank.score import Scorer

__version__ = "0.1.0"

later(__name__, errors="", bundle="Bundle load_bundle", face="backtest read_tables save_bundle train", project="Project read_project", score="Scorer")
