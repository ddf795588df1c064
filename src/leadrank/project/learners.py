"""The names and obvious bounds of each learner's settings, so that a slip is told before anything is learned and before a library is loaded.

What decides which rows are learned from, what is predicted, or where files go belongs to Leadrank and is on no list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadrank.errors import nearest


@dataclass(frozen=True, slots=True)
class Bound:
    """What a value must be: a number, perhaps whole, within bounds, or one of the words."""

    low: float | None = None
    high: float | None = None
    whole: bool = False
    above: bool = False
    words: tuple[str, ...] = ()

    def holds(self, value: object) -> bool:
        """Whether a value fits."""
        if isinstance(value, str):
            return value in self.words
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            return False
        low = self.low is None or value > self.low or (value == self.low and not self.above)
        return low and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        words = " or ".join(f'"{word}"' for word in self.words)
        if self.low is None:
            return words
        kind = "a whole number" if self.whole else "a number"
        start = f"{'above' if self.above else 'from'} {self.low:g}"
        number = f"{kind} {start}{f' to {self.high:g}' if self.high is not None else ''}"
        return f"{number}, or {words}" if words else number


COUNT, WHOLE, SHARE = Bound(1, whole=True), Bound(0, whole=True), Bound(0, 1, above=True)
POSITIVE, NOT_NEGATIVE, BINS = Bound(0, above=True), Bound(0), Bound(2, whole=True)

SAID = {
    "dummy": "the constant", "naive_bayes": "naive Bayes", "logistic": "logistic regression", "random_forest": "the random forest",
    "lightgbm": "LightGBM", "xgboost": "XGBoost", "catboost": "CatBoost", "blend": "the blend",
}
BOUNDS: dict[str, dict[str, Bound]] = {
    "dummy": {},
    "blend": {},
    "naive_bayes": {"smoothing": POSITIVE},
    "logistic": {
        "C": POSITIVE, "penalty": Bound(words=("l1", "l2")), "basis": Bound(words=("ramps", "steps", "raw")), "knots": COUNT, "eliminate": WHOLE,
        "relax": NOT_NEGATIVE, "tol": POSITIVE, "max_iter": COUNT, "sums": WHOLE,
    },
    "random_forest": {
        "n_estimators": COUNT, "max_depth": COUNT, "min_samples_leaf": POSITIVE, "min_samples_split": POSITIVE, "max_leaf_nodes": BINS,
        "max_features": Bound(0, above=True, words=("sqrt", "log2")), "max_samples": POSITIVE, "min_impurity_decrease": NOT_NEGATIVE,
        "min_weight_fraction_leaf": Bound(0, 0.5), "ccp_alpha": NOT_NEGATIVE, "criterion": Bound(words=("gini", "entropy", "log_loss")),
    },
    "lightgbm": {
        "num_leaves": BINS, "n_estimators": COUNT, "num_iterations": COUNT, "learning_rate": POSITIVE, "min_data_in_leaf": WHOLE,
        "min_child_samples": WHOLE, "feature_fraction": SHARE, "colsample_bytree": SHARE, "bagging_fraction": SHARE, "subsample": SHARE,
        "bagging_freq": WHOLE, "lambda_l1": NOT_NEGATIVE, "lambda_l2": NOT_NEGATIVE, "reg_alpha": NOT_NEGATIVE, "reg_lambda": NOT_NEGATIVE,
        "max_depth": Bound(-1, whole=True), "max_bin": BINS, "min_gain_to_split": NOT_NEGATIVE, "cat_smooth": NOT_NEGATIVE,
        "cat_l2": NOT_NEGATIVE,
    },
    "xgboost": {
        "max_depth": WHOLE, "n_estimators": COUNT, "eta": POSITIVE, "learning_rate": POSITIVE, "gamma": NOT_NEGATIVE, "min_split_loss": NOT_NEGATIVE,
        "min_child_weight": NOT_NEGATIVE, "subsample": SHARE, "colsample_bytree": SHARE, "colsample_bylevel": SHARE, "colsample_bynode": SHARE,
        "lambda": NOT_NEGATIVE, "alpha": NOT_NEGATIVE, "reg_lambda": NOT_NEGATIVE, "reg_alpha": NOT_NEGATIVE, "max_bin": BINS, "max_leaves": WHOLE,
        "max_delta_step": NOT_NEGATIVE, "num_parallel_tree": COUNT, "scale_pos_weight": POSITIVE,
    },
    "catboost": {
        "depth": Bound(1, 16, whole=True), "max_depth": Bound(1, 16, whole=True), "iterations": COUNT, "n_estimators": COUNT,
        "learning_rate": POSITIVE, "eta": POSITIVE, "l2_leaf_reg": NOT_NEGATIVE, "reg_lambda": NOT_NEGATIVE, "rsm": SHARE, "colsample_bylevel": SHARE,
        "subsample": SHARE, "max_ctr_complexity": WHOLE, "border_count": Bound(1, 65535, whole=True), "random_strength": NOT_NEGATIVE,
        "bagging_temperature": NOT_NEGATIVE, "leaf_estimation_iterations": COUNT, "one_hot_max_size": WHOLE, "min_data_in_leaf": COUNT,
        "seeds": COUNT,
    },
}
"""Settings whose values are looked at before the learner sees them."""
OTHERS: dict[str, frozenset[str]] = {name: frozenset(text.split()) for name, text in {
    "random_forest": "bootstrap class_weight monotonic_cst",
    "lightgbm": """
        bin_construct_sample_cnt boost_from_average boosting cegb_penalty_feature_coupled cegb_penalty_feature_lazy cegb_penalty_split
        cegb_tradeoff data_sample_strategy drop_rate enable_bundle extra_trees feature_contri feature_fraction_bynode feature_pre_filter
        force_col_wise force_row_wise interaction_constraints is_enable_sparse is_unbalance linear_lambda linear_tree max_bin_by_feature
        max_cat_threshold max_cat_to_onehot max_delta_step max_drop min_data_in_bin min_data_per_group min_sum_hessian_in_leaf monotone_constraints
        monotone_constraints_method monotone_penalty neg_bagging_fraction num_grad_quant_bins other_rate path_smooth pos_bagging_fraction
        quant_train_renew_leaf scale_pos_weight sigmoid skip_drop stochastic_rounding top_rate uniform_drop use_missing use_quantized_grad
        xgboost_dart_mode zero_as_missing bagging boost boosting_type colsample_bynode eta extra_tree max_bins max_leaf max_leaf_nodes max_leaves
        max_tree_output min_child_weight min_data min_data_per_leaf min_hessian min_samples_leaf min_split_gain min_sum_hessian
        min_sum_hessian_per_leaf nrounds num_boost_round num_iteration num_leaf num_round num_rounds num_tree num_trees n_iter max_iter rate_drop
        shrinkage_rate l1_regularization l2_regularization lambda sub_feature sub_feature_bynode sub_row subsample_for_bin subsample_freq
        unbalance unbalanced_sets
    """,
    "xgboost": """
        booster grow_policy tree_method sampling_method monotone_constraints interaction_constraints max_cat_to_onehot max_cat_threshold base_score
        feature_weights eval_metric rate_drop skip_drop one_drop sample_type normalize_type refresh_leaf
    """,
    "catboost": """
        model_size_reg feature_border_type per_float_feature_quantization fold_permutation_block nan_mode counter_calc_method leaf_estimation_method
        ctr_leaf_count_limit store_all_simple_ctr has_time allow_const_label class_weights auto_class_weights random_score_type ignored_features
        eval_metric fold_len_multiplier final_ctr_computation_mode approx_on_full_history boosting_type simple_ctr combinations_ctr per_feature_ctr
        ctr_target_border_count bootstrap_type mvs_reg sampling_unit sampling_frequency num_boost_round num_trees max_bin scale_pos_weight
        grow_policy min_child_samples max_leaves num_leaves score_function leaf_estimation_backtracking ctr_history_unit monotone_constraints
        feature_weights penalties_coefficient first_feature_use_penalties per_object_feature_penalties model_shrink_rate model_shrink_mode langevin
        diffusion_temperature posterior_sampling boost_from_average fixed_binary_splits
    """,
}.items()}
"""Settings whose values only the learner can judge."""
ELSEWHERE = {
    **dict.fromkeys(("seed", "random_state", "random_seed"), "Give `seed` in [model]: it is the seed of everything random."),
    **dict.fromkeys(("threads", "n_jobs", "nthread", "num_threads", "thread_count"), "Give `threads` in [model]: each fit runs on one."),
}


def known_settings(learner: str) -> frozenset[str]:
    """Return every name that may stand in `[model.LEARNER]`, beside `tune`."""
    return frozenset(BOUNDS[learner]) | OTHERS.get(learner, frozenset())


def wrong_settings(learner: str, given: Mapping[str, Any]) -> list[str]:
    """Say what is wrong with the settings given to a learner, one sentence each.

    Examples
    --------
    >>> wrong_settings("xgboost", {"max_dept": 6})
    ["'max_dept' is no setting of XGBoost. Did you mean 'max_depth'?"]
    >>> wrong_settings("logistic", {"C": -1})
    ['`C` of logistic regression is a number above 0; -1 came.']
    """
    known, said = known_settings(learner), []
    for name, value in given.items():
        if name not in known:
            said.append(f"{name!r} is no setting of {SAID[learner]}. {_hint(learner, name)}")
        elif name in BOUNDS[learner] and not BOUNDS[learner][name].holds(value):
            said.append(f"`{name}` of {SAID[learner]} is {BOUNDS[learner][name]}; {value!r} came.")
    return said


def _hint(learner: str, name: str) -> str:
    usual = sorted(BOUNDS[learner])
    if not usual:
        return "It has none."
    return ELSEWHERE.get(name) or nearest(name, usual) or nearest(name, sorted(known_settings(learner))) or f"It knows {', '.join(usual)}."
