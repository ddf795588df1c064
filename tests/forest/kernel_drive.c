/* Drives the kernel over the forests and rows on standard input, every array in a block of memory of just its size, so that the sanitizers see any
 * step outside. The answers go to standard output. test_forest_sanitized.py writes and reads. */
#include "kernel.c"

#include <stdio.h>
#include <stdlib.h>

enum { THRESHOLDS = 3 };

static void need(int holds) {
    if (!holds) exit(3);
}

static int64_t whole(void) {
    int64_t value;
    need(fread(&value, sizeof value, 1, stdin) == 1);
    return value;
}

static void *array(void) {
    int64_t bytes = whole();
    void *data = malloc((size_t)bytes);
    need(data != 0 && fread(data, 1, (size_t)bytes, stdin) == (size_t)bytes);
    return data;
}

static void answer(const void *data, int64_t bytes) { need(fwrite(data, 1, (size_t)bytes, stdout) == (size_t)bytes); }

static void *room(int64_t bytes) {
    void *data = calloc((size_t)bytes, 1);
    need(data != 0);
    return data;
}

static void drive(int64_t rows) {
    int64_t categories = whole(), tabled = whole(), tables = whole(), stride = whole();
    Forest forest = {.features = whole()};
    forest.numbers = whole(), forest.number_columns = whole(), forest.table_columns = whole(), forest.trees = whole();
    forest.number_feature = array(), forest.border_start = array(), forest.borders = array(), forest.nan_code = array();
    forest.term_start = array(), forest.term_feature = array(), forest.term_size = array(), forest.term_border = array();
    forest.term_nan = array(), forest.table_start = array(), forest.table = array();
    forest.split_start = array(), forest.split_column = array(), forest.split_threshold = array();
    forest.leaf_start = array(), forest.leaves = array(), forest.player_start = array(), forest.player_feature = array();
    forest.shap_start = array(), forest.shap = array();
    double *bias = array(), *numbers = array();
    int32_t *codes = array(), *category = array(), *category_size = array(), *table = array();
    int64_t *answer_start = array();
    uint8_t *answers = array();
    forest.bias = *bias;
    int64_t features = forest.features;
    uint8_t *scratch = room(leadrank_scratch(&forest)), *leaf = room(stride < 0 ? 0 : THRESHOLDS * stride);
    const uint8_t **own = room((forest.number_columns + tabled + tables) * (int64_t)sizeof *own);
    double *margins = room(rows * 8), *shares = room(rows * features * 8), *out = room(features * 8), *at_each = room(THRESHOLDS * 8);
    Rows all = {numbers, forest.numbers, 1, codes, categories, 1};
    leadrank_margins(&forest, &all, rows, scratch, margins);
    leadrank_contributions(&forest, &all, rows, scratch, shares);
    answer(margins, rows * 8), answer(shares, rows * features * 8);
    for (int64_t row = 0; stride >= 0 && row < rows; row++) { /* without answers there is no desk */
        Desk desk = {&forest, numbers + row * forest.numbers, codes + row * categories, tabled, category, category_size, tables, table,
                     answer_start, answers, stride, leaf, at_each, out, own};
        double margin = leadrank_one(&desk);
        leadrank_shares(&desk, 0);
        need(margin == margins[row] && !memcmp(out, shares + row * features, (size_t)features * 8));
        if (!forest.numbers) continue;
        leadrank_one_at_each(&desk, THRESHOLDS);
        for (int32_t t = 0; t < THRESHOLDS; t++) leadrank_shares(&desk, t);
    }
    const void *given[] = {forest.number_feature, forest.border_start, forest.borders, forest.nan_code, forest.term_start, forest.term_feature,
                           forest.term_size, forest.term_border, forest.term_nan, forest.table_start, forest.table, forest.split_start,
                           forest.split_column, forest.split_threshold, forest.leaf_start, forest.leaves, forest.player_start, forest.player_feature,
                           forest.shap_start, forest.shap, bias, numbers, codes, category, category_size, table, answer_start, answers, scratch, leaf, margins, shares, out, at_each,
                           own};
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) free((void *)given[i]);
}

/* Picks from rows of contributions, for 0 to one more column than there are. */
static void pick_strongest(void) {
    int64_t rows = whole(), columns = whole(), features = whole();
    int32_t *member_start = array(), *member = array();
    uint8_t *hidden = array();
    double *given = array();
    int32_t *picked = room(columns * 8);
    double *size = room(columns * 8), *grouped = room(columns * 8);
    for (int64_t row = 0; row < rows; row++) {
        Pick pick = {given + row * (features + 2), columns, member_start, member, hidden, 1e-12, picked, size, grouped};
        for (int32_t most = 0; most <= columns; most++) {
            int32_t found = leadrank_strongest(&pick, most);
            need(found >= -1 && found <= most);
            answer(&found, sizeof found);
            if (found > 0) answer(picked, found * 8), answer(size, found * 8);
        }
    }
    free(member_start), free(member), free(hidden), free(given), free(picked), free(size), free(grouped);
}

static void number_texts(void) {
    int64_t offset = whole(), count = whole(), places = whole(), most = whole(), blanks = whole();
    uint64_t *views = array();
    uint8_t *valid = array();
    Slot *slots = room(places * (int64_t)sizeof *slots);
    int64_t *number = room(count * 8), *first = room(most * 8);
    int64_t found = leadrank_distinct(views, blanks ? valid : 0, offset, count, slots, places - 1, number, first, most);
    answer(&found, sizeof found);
    if (found >= 0) answer(number, count * 8), answer(first, found * 8);
    free(views), free(valid), free(slots), free(number), free(first);
}

/* Each case begins with the number of its rows; TEXTS stands for a column of texts, PICKS for contributions, END for the end. */
enum { END = -1, TEXTS = -2, PICKS = -3 };

int main(void) {
    for (int64_t rows = whole(); rows != END; rows = whole()) rows == TEXTS ? number_texts() : rows == PICKS ? pick_strongest() : drive(rows);
    return 0;
}
