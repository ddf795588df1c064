"""One forest of symmetric trees over small integer codes: exported from CatBoost, evaluated exactly, with exact reasons."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.forest.arrays import Forest
    from leadrank.forest.bounds import check_forest, make_forest
    from leadrank.forest.codes import code_columns
    from leadrank.forest.export import export_forest
    from leadrank.forest.library import evaluator
    from leadrank.forest.served import Served, serve
    from leadrank.forest.stored import PART, forest_from_parts, forest_to_parts
    from leadrank.forest.trained import NotExportableError

later(
    __name__, arrays="Forest", bounds="check_forest make_forest", codes="code_columns", export="export_forest", library="evaluator",
    served="Served serve", stored="PART forest_from_parts forest_to_parts", trained="NotExportableError",
)
