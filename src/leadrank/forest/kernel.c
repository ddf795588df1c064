/* The evaluator of a forest of symmetric trees over small integer codes. `plain.py` is its twin in NumPy: same leaves, sums in the same order.
 *
 * Plain C11 without dependencies; nothing here allocates, locks or keeps state, so any number of threads may call at once. What the arrays mean
 * is said in `arrays.py`; `check_forest` has seen to it that they fit each other, so no bounds are checked again here. What comes from a row is
 * never trusted: a category code outside its range counts as unseen.
 *
 * Rows are taken in blocks that stay in the first cache: first a block's codes, one column after the other, then tree after tree. A tree's leaf
 * numbers take one byte comparison per split, which compilers turn into 16 or 32 rows per instruction. Look-ups never gather: such instructions are
 * slower than loads on many processors (and very slow where microcode works around CVE-2022-40982). With AVX-512 up to 64 leaves stay in registers.
 */
#include <float.h>
#include <stdint.h>
#include <string.h>

_Static_assert(FLT_EVAL_METHOD == 0, "sums must be rounded to double after every step, as NumPy's are");

#define BLOCK 256
#define LANE 32
#define UNSEEN 1
#define LANES 4
#define ABI 4

#if defined(_WIN32)
#define API __declspec(dllexport)
#else
#define API __attribute__((visibility("default")))
#endif

#define INLINE static inline __attribute__((always_inline))

/* The inner loops are compiled once more for AVX2 and AVX-512 on x86-64, and chosen by what the processor says when the library is loaded. Not by
 * `target_clones`: that needs glibc, and not every compiler's runtime fills in what it asks. */
#if defined(__x86_64__) && !defined(LEADRANK_PLAIN)
#include <cpuid.h>
#include <immintrin.h>
#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw")))
static int avx2, avx512;

__attribute__((constructor)) static void ask_processor(void) {
    unsigned a, b, c, d, saved, rest;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & (bit_OSXSAVE | bit_AVX)) != (bit_OSXSAVE | bit_AVX)) return;
    __asm__("xgetbv" : "=a"(saved), "=d"(rest) : "c"(0));
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
    avx2 = (saved & 0x06) == 0x06 && (b & bit_AVX2);
    avx512 = avx2 && (saved & 0xe6) == 0xe6 && (b & bit_AVX512F) && (b & bit_AVX512BW);
}
#else
#define AVX2
static const int avx2 = 0, avx512 = 0;
#endif

/* One forest; `native.py` writes the same fields in the same order. */
typedef struct {
    int64_t features, numbers, number_columns, table_columns, trees;
    const int32_t *number_feature, *border_start;
    const float *borders;
    const uint8_t *nan_code;
    const int32_t *term_start, *term_feature, *term_size;
    const float *term_border;
    const uint8_t *term_nan;
    const int32_t *table_start;
    const uint8_t *table;
    const int32_t *split_start, *split_column;
    const uint8_t *split_threshold;
    const int32_t *leaf_start;
    const double *leaves;
    const int32_t *player_start, *player_feature;
    const int64_t *shap_start;
    const double *shap;
    double bias;
} Forest;

/* Rows as they lie in the caller's arrays; steps count elements. */
typedef struct {
    const double *numbers;
    int64_t number_row, number_column;
    const int32_t *codes;
    int64_t code_row, code_column;
} Rows;

/* Where one thread works on one row: everything that a call needs, behind one pointer. `answers.py` makes the table of answers and says what it holds:
 * first those of numeric columns, then of whole categories, then of the tables that remain. */
typedef struct {
    const Forest *forest;
    double *numbers;
    const int32_t *codes;
    int64_t categories;
    const int32_t *category, *category_size;
    int64_t tables;
    const int32_t *table;
    const int64_t *answer_start;
    const uint8_t *answers;
    int64_t stride;
    uint8_t *leaf;
    double *margins, *out;
    const uint8_t **rows;
} Desk;

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

/* The functions that code rows are compiled into those for a block and once more for one row, where loops of one turn vanish. */

/* A category's code as a digit: one that the category does not have counts as unseen. */
INLINE uint32_t digit_of(int32_t code, uint32_t size) {
    return (uint32_t)code < size ? (uint32_t)code : size > UNSEEN ? UNSEEN : 0;
}

/* How many borders are below each value; none is below NaN. All rows halve their interval together, and by shifts: a branch would be guessed wrong
 * every other time, and rows that do not wait for each other overlap. The first step leaves one less than a power of two to search (Shar). */
INLINE void count_borders(const float *borders, uint32_t size, const float *value, int64_t count, uint32_t *below) {
    int bits = 0;
    while (size >> bits > 1) bits++;
    for (int64_t row = 0; row < count; row++) below[row] = size ? (borders[(1u << bits) - 1] < value[row]) * (size + 1 - (1u << bits)) : 0;
    while (bits-- > 0) {
        const float *middle = borders + (1 << bits) - 1;
        for (int64_t row = 0; row < count; row++) below[row] += (uint32_t)(middle[below[row]] < value[row]) << bits;
    }
}

INLINE void number_codes(const Forest *forest, int64_t column, const Rows *rows, int64_t first, int64_t count, uint8_t *code) {
    const double *numbers = rows->numbers + first * rows->number_row + forest->number_feature[column] * rows->number_column;
    int32_t start = forest->border_start[column], size = forest->border_start[column + 1] - start;
    uint8_t nan_code = forest->nan_code[column];
    float value[BLOCK];
    uint32_t below[BLOCK];
    for (int64_t row = 0; row < count; row++) value[row] = (float)numbers[row * rows->number_row];
    count_borders(forest->borders + start, (uint32_t)size, value, count, below);
    for (int64_t row = 0; row < count; row++) code[row] = value[row] != value[row] ? nan_code : (uint8_t)below[row];
}

INLINE void number_digits(const Forest *forest, int32_t term, const Rows *rows, int64_t first, int64_t count, uint32_t *index) {
    const double *values = rows->numbers + first * rows->number_row + forest->term_feature[term] * rows->number_column;
    float border = forest->term_border[term];
    for (int64_t row = 0; row < count; row++) {
        float value = (float)values[row * rows->number_row];
        index[row] = index[row] * 2 + (value != value ? forest->term_nan[term] : value > border);
    }
}

INLINE void category_digits(const Forest *forest, int32_t term, const Rows *rows, int64_t first, int64_t count, uint32_t *index) {
    const int32_t *codes = rows->codes + first * rows->code_row + (forest->term_feature[term] - forest->numbers) * rows->code_column;
    uint32_t size = (uint32_t)forest->term_size[term];
    for (int64_t row = 0; row < count; row++) index[row] = index[row] * size + digit_of(codes[row * rows->code_row], size);
}

/* Where each row finds its code in a table. */
INLINE void table_index(const Forest *forest, int64_t column, const Rows *rows, int64_t first, int64_t count, uint32_t *index) {
    memset(index, 0, (size_t)count * sizeof index[0]);
    for (int32_t term = forest->term_start[column]; term < forest->term_start[column + 1]; term++) {
        if (forest->term_feature[term] < forest->numbers)
            number_digits(forest, term, rows, first, count, index);
        else
            category_digits(forest, term, rows, first, count, index);
    }
}

/* Whether a table asks just what the one before it asks: one category has a table for each of its statistics. */
static int same_terms(const Forest *forest, int64_t column) {
    int32_t start = forest->term_start[column], end = forest->term_start[column + 1], back = start - forest->term_start[column - 1];
    if (end - start != back) return 0;
    for (int32_t term = start; term < end; term++) {
        if (forest->term_feature[term] != forest->term_feature[term - back] || forest->term_size[term] != forest->term_size[term - back]) return 0;
        if (forest->term_feature[term] < forest->numbers &&
            (forest->term_border[term] != forest->term_border[term - back] || forest->term_nan[term] != forest->term_nan[term - back]))
            return 0;
    }
    return 1;
}

INLINE void table_codes(const Forest *forest, const Rows *rows, int64_t first, int64_t count, uint8_t *coded, int64_t stride) {
    uint32_t index[BLOCK];
    for (int64_t column = 0; column < forest->table_columns; column++) {
        const uint8_t *table = forest->table + forest->table_start[column];
        uint8_t *code = coded + column * stride;
        if (column == 0 || !same_terms(forest, column)) table_index(forest, column, rows, first, count, index);
        for (int64_t row = 0; row < count; row++) code[row] = table[index[row]];
    }
}

/* Codes of at most BLOCK rows, column after column, `stride` apart. */
INLINE void block_codes(const Forest *forest, const Rows *rows, int64_t first, int64_t count, uint8_t *coded, int64_t stride) {
    for (int64_t column = 0; column < forest->number_columns; column++) number_codes(forest, column, rows, first, count, coded + column * stride);
    table_codes(forest, rows, first, count, coded + forest->number_columns * stride, stride);
}

/* LANE rows side by side; the compiler turns operations on them into whatever vectors the processor has. */
typedef uint8_t Bytes __attribute__((vector_size(LANE)));

INLINE void any_block_answers(const Forest *forest, int32_t start, int32_t end, const uint8_t *coded, uint8_t *answers) {
    for (int64_t row = 0; row < BLOCK; row += LANE) {
        Bytes code, bits = {0};
        for (int32_t split = end - 1; split >= start; split--) {
            memcpy(&code, coded + (int64_t)forest->split_column[split] * BLOCK + row, LANE);
            bits = bits + bits - (Bytes)(code > forest->split_threshold[split]);
        }
        memcpy(answers + row, &bits, LANE);
    }
}

AVX2 static void block_answers_avx2(const Forest *forest, int32_t start, int32_t end, const uint8_t *coded, uint8_t *answers) {
    any_block_answers(forest, start, end, coded, answers);
}

#ifdef AVX512
/* The same for 64 rows side by side: a comparison gives a mask, by which a bit is added. */
AVX512 static void block_answers_avx512(const Forest *forest, int32_t start, int32_t end, const uint8_t *coded, uint8_t *answers) {
    for (int64_t row = 0; row < BLOCK; row += 64) {
        __m512i bits = _mm512_setzero_si512();
        for (int32_t split = start; split < end; split++) {
            __m512i code = _mm512_loadu_si512(coded + (int64_t)forest->split_column[split] * BLOCK + row);
            __mmask64 above = _mm512_cmpgt_epu8_mask(code, _mm512_set1_epi8((char)forest->split_threshold[split]));
            bits = _mm512_mask_add_epi8(bits, above, bits, _mm512_set1_epi8((char)(1 << (split - start))));
        }
        _mm512_storeu_si512(answers + row, bits);
    }
}
#else
#define block_answers_avx512 any_block_answers
#endif

/* The answers to at most eight splits as bits, the first the lowest; rows beyond the block's end get some answers. */
static void block_answers(const Forest *forest, int32_t start, int32_t end, const uint8_t *coded, uint8_t *answers) {
    if (avx512)
        block_answers_avx512(forest, start, end, coded, answers);
    else if (avx2)
        block_answers_avx2(forest, start, end, coded, answers);
    else
        any_block_answers(forest, start, end, coded, answers);
}

/* Leaf numbers of a block in two bytes each; nearly all trees have at most eight splits and need the low one only. */
typedef struct {
    uint8_t low[BLOCK], high[BLOCK];
    int deep;
} Leaves;

static void block_leaves(const Forest *forest, int64_t tree, const uint8_t *coded, Leaves *leaves) {
    int32_t start = forest->split_start[tree], end = forest->split_start[tree + 1];
    leaves->deep = end > start + 8;
    block_answers(forest, start, leaves->deep ? start + 8 : end, coded, leaves->low);
    if (leaves->deep) block_answers(forest, start + 8, end, coded, leaves->high);
}

static inline int64_t leaf_of(const Leaves *leaves, int64_t row) {
    return leaves->low[row] | (leaves->deep ? leaves->high[row] << 8 : 0);
}

#ifdef AVX512
/* Up to 64 leaves in eight registers, of which each row picks one: two registers by the low four bits of its leaf, then by the others. Whole blocks. */
AVX512 static void add_few_leaves(double *restrict sum, const double *restrict values, int64_t count, const uint8_t *restrict leaf) {
    __m512d eight[8];
    for (int64_t k = 0; k < 8; k++) {
        int64_t left = count - 8 * k;
        eight[k] = _mm512_maskz_loadu_pd(left >= 8 ? 0xff : left > 0 ? (__mmask8)((1 << left) - 1) : 0, values + (left > 0 ? 8 * k : 0));
    }
    for (int64_t row = 0; row < BLOCK; row += 8) {
        __m512i at = _mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i *)(leaf + row)));
        __mmask8 fifth = _mm512_test_epi64_mask(at, _mm512_set1_epi64(16)), sixth = _mm512_test_epi64_mask(at, _mm512_set1_epi64(32));
        __m512d low = _mm512_mask_blend_pd(fifth, _mm512_permutex2var_pd(eight[0], at, eight[1]), _mm512_permutex2var_pd(eight[2], at, eight[3]));
        __m512d high = _mm512_mask_blend_pd(fifth, _mm512_permutex2var_pd(eight[4], at, eight[5]), _mm512_permutex2var_pd(eight[6], at, eight[7]));
        _mm512_storeu_pd(sum + row, _mm512_add_pd(_mm512_loadu_pd(sum + row), _mm512_mask_blend_pd(sixth, low, high)));
    }
}
#else
/* Never called: `avx512` is 0. */
static void add_few_leaves(double *sum, const double *values, int64_t count, const uint8_t *leaf) { (void)sum, (void)values, (void)count, (void)leaf; }
#endif

/* Adds a tree's leaf to the sum of each row; sums beyond the last row may get some leaf too, since there are BLOCK of them. */
static void add_leaves(double *restrict sum, const double *restrict values, int64_t count, const Leaves *restrict leaves, int64_t rows) {
    if (avx512 && count <= 64)
        add_few_leaves(sum, values, count, leaves->low);
    else if (leaves->deep)
        for (int64_t row = 0; row < rows; row++) sum[row] += values[leaf_of(leaves, row)];
    else
        for (int64_t row = 0; row < rows; row++) sum[row] += values[leaves->low[row]];
}

static inline void add_shares(double *restrict out, const double *restrict shares, const int32_t *restrict feature, int32_t players) {
    for (int32_t player = 0; player < players; player++) out[feature[player]] += shares[player];
}

static inline void add_rows_shares(double *out, int64_t features, const double *shap, const Leaves *leaves, int64_t rows, const int32_t *feature,
                                   int32_t players) {
    for (int64_t row = 0; row < rows; row++) add_shares(out + row * features, shap + leaf_of(leaves, row) * players, feature, players);
}

/* Adds each player's share to the column of its feature. With the number of players known when compiled this is twice as fast. */
static void add_tree_shares(const Forest *forest, int64_t tree, const Leaves *leaves, int64_t rows, double *out) {
    const int32_t *feature = forest->player_feature + forest->player_start[tree];
    int32_t players = forest->player_start[tree + 1] - forest->player_start[tree];
    const double *shap = forest->shap + forest->shap_start[tree];
    int64_t features = forest->features;
    switch (players) {
    case 1: add_rows_shares(out, features, shap, leaves, rows, feature, 1); break;
    case 2: add_rows_shares(out, features, shap, leaves, rows, feature, 2); break;
    case 3: add_rows_shares(out, features, shap, leaves, rows, feature, 3); break;
    case 4: add_rows_shares(out, features, shap, leaves, rows, feature, 4); break;
    case 5: add_rows_shares(out, features, shap, leaves, rows, feature, 5); break;
    case 6: add_rows_shares(out, features, shap, leaves, rows, feature, 6); break;
    default: add_rows_shares(out, features, shap, leaves, rows, feature, players);
    }
}

#include "strongest.c"

API int64_t leadrank_abi(void) { return ABI; }

/* The sizes of the records that cross the border, so that both sides can be seen to mean the same. */
API int64_t leadrank_record_sizes(void) {
    return (int64_t)sizeof(Pick) << 48 | (int64_t)sizeof(Forest) << 32 | (int64_t)(sizeof(Rows) << 16 | sizeof(Desk));
}

/* 2 if AVX-512 is used too, 1 if AVX2 only, else 0. */
API int32_t leadrank_vectors(void) { return avx2 + avx512; }

/* Bytes of working memory that one call needs. */
API int64_t leadrank_scratch(const Forest *forest) { return (forest->number_columns + forest->table_columns) * BLOCK; }

/* A margin is the bias and the sums of LANES lanes, added in pairs; tree t is added to lane t modulo LANES. One row's sums would wait for each other
 * if there were one lane only. */
static inline double margin_of(double bias, const double *lane, int64_t step) {
    return bias + ((lane[0] + lane[step]) + (lane[2 * step] + lane[3 * step]));
}

API void leadrank_margins(const Forest *forest, const Rows *rows, int64_t count, uint8_t *scratch, double *out) {
    Leaves leaves;
    double lane[LANES * BLOCK];
    for (int64_t done = 0; done < count; done += BLOCK) {
        int64_t size = smaller(BLOCK, count - done);
        block_codes(forest, rows, done, size, scratch, BLOCK);
        memset(lane, 0, sizeof lane);
        for (int64_t tree = 0; tree < forest->trees; tree++) {
            int32_t start = forest->leaf_start[tree];
            block_leaves(forest, tree, scratch, &leaves);
            add_leaves(lane + tree % LANES * BLOCK, forest->leaves + start, forest->leaf_start[tree + 1] - start, &leaves, size);
        }
        for (int64_t row = 0; row < size; row++) out[done + row] = margin_of(forest->bias, lane + row, BLOCK);
    }
}

/* out: rows × features. */
API void leadrank_contributions(const Forest *forest, const Rows *rows, int64_t count, uint8_t *scratch, double *out) {
    Leaves leaves;
    for (int64_t done = 0; done < count; done += BLOCK) {
        int64_t size = smaller(BLOCK, count - done);
        double *sum = out + done * forest->features;
        block_codes(forest, rows, done, size, scratch, BLOCK);
        memset(sum, 0, (size_t)(size * forest->features) * sizeof *sum);
        for (int64_t tree = 0; tree < forest->trees; tree++) {
            block_leaves(forest, tree, scratch, &leaves);
            add_tree_shares(forest, tree, &leaves, size, sum);
        }
    }
}

#define STEP 128 /* trees whose leaf numbers are joined before their leaves are added: joining the next ones overlaps with waiting for sums */

/* Joins the answers of all columns to STEP trees, kept in registers meanwhile. */
INLINE void any_join_answers(uint8_t *leaf, const uint8_t *const *answer, int64_t columns, int64_t first) {
    Bytes joined[STEP / LANE] = {{0}}, own;
    for (int64_t column = 0; column < columns; column++)
        for (int64_t part = 0; part < STEP / LANE; part++) {
            memcpy(&own, answer[column] + first + part * LANE, sizeof own);
            joined[part] |= own;
        }
    memcpy(leaf + first, joined, sizeof joined);
}

AVX2 static void join_answers_avx2(uint8_t *leaf, const uint8_t *const *answer, int64_t columns, int64_t first) {
    any_join_answers(leaf, answer, columns, first);
}

static void join_answers(uint8_t *leaf, const uint8_t *const *answer, int64_t columns, int64_t first) {
    if (avx2)
        join_answers_avx2(leaf, answer, columns, first);
    else
        any_join_answers(leaf, answer, columns, first);
}

/* Adds the leaves of some trees, the first of which is in the first lane. */
static inline void add_lanes(double *lane, const double *leaves, const int32_t *start, const uint8_t *leaf, int64_t trees) {
    int64_t tree = 0;
    for (; tree + LANES <= trees; tree += LANES)
        for (int64_t k = 0; k < LANES; k++) lane[k] += leaves[start[tree + k] + leaf[tree + k]];
    for (int64_t k = 0; tree + k < trees; k++) lane[k] += leaves[start[tree + k] + leaf[tree + k]];
}

/* Finds the answers of all that the row says; returns how many rows of answers there are. Code 0 of a column is above no threshold. */
static int64_t find_answers(const Desk *desk) {
    const Forest *forest = desk->forest;
    const int64_t *start = desk->answer_start;
    Rows row = {desk->numbers, 0, 1, desk->codes, 0, 1};
    int64_t found = 0;
    for (int64_t column = 0; column < forest->number_columns; column++, start++) {
        uint8_t code;
        number_codes(forest, column, &row, 0, 1, &code);
        if (code) desk->rows[found++] = desk->answers + (*start + code) * desk->stride;
    }
    for (int64_t k = 0; k < desk->categories; k++, start++) {
        uint32_t level = digit_of(desk->codes[desk->category[k]], (uint32_t)desk->category_size[k]);
        desk->rows[found++] = desk->answers + (*start + level) * desk->stride;
    }
    for (int64_t k = 0; k < desk->tables; k++, start++) {
        uint32_t index;
        table_index(forest, desk->table[k], &row, 0, 1, &index);
        uint8_t code = forest->table[forest->table_start[desk->table[k]] + index];
        if (code) desk->rows[found++] = desk->answers + (*start + code) * desk->stride;
    }
    return found;
}

/* The margin of the row at a desk; `leaf` gets its leaf numbers. */
static double margin_at(const Desk *desk, uint8_t *leaf) {
    const Forest *forest = desk->forest;
    double lane[LANES] = {0};
    int64_t found = find_answers(desk);
    for (int64_t first = 0; first < forest->trees; first += STEP) {
        join_answers(leaf, desk->rows, found, first);
        add_lanes(lane, forest->leaves, forest->leaf_start + first, leaf + first, smaller(STEP, forest->trees - first));
    }
    return margin_of(forest->bias, lane, 1);
}

API double leadrank_one(const Desk *desk) { return margin_at(desk, desk->leaf); }

/* The margins of the row at each threshold: 0, 1, ... as its last number. They go to the desk's `margins`, the leaf numbers at threshold t to the
 * t-th of the parts of `leaf`, which are as long as a row of answers. */
API void leadrank_one_at_each(const Desk *desk, int32_t thresholds) {
    for (int32_t t = 0; t < thresholds; t++) {
        desk->numbers[desk->forest->numbers - 1] = t;
        desk->margins[t] = margin_at(desk, desk->leaf + t * desk->stride);
    }
}

/* The contributions of the row whose margin was asked for last, at one of its thresholds; they go to the desk's `out`. */
API void leadrank_shares(const Desk *desk, int32_t threshold) {
    const Forest *forest = desk->forest;
    const uint8_t *leaf = desk->leaf + threshold * desk->stride;
    memset(desk->out, 0, (size_t)forest->features * sizeof *desk->out);
    for (int64_t tree = 0; tree < forest->trees; tree++) {
        int32_t player = forest->player_start[tree], players = forest->player_start[tree + 1] - player;
        add_shares(desk->out, forest->shap + forest->shap_start[tree] + (int64_t)leaf[tree] * players, forest->player_feature + player, players);
    }
}

/* A place in a hash table of texts: the 16 bytes of an Arrow view, and the text's number or 0. */
typedef struct {
    uint64_t start, rest;
    int64_t number;
} Slot;

/* Numbers the different texts of a column from 1, in order of appearance; 0 stands for none. A text is known by its view (the text itself, or where
 * it lies), so that one stored twice may get two numbers, but never two texts one. `slots` holds mask + 1, all zero; `first` gets the row of each
 * number. Returns how many there are, or -1 if more than `most`, which must be less than the slots are many. */
API int64_t leadrank_distinct(const uint64_t *views, const uint8_t *valid, int64_t offset, int64_t count, Slot *slots, int64_t mask,
                              int64_t *number, int64_t *first, int64_t most) {
    int64_t found = 0;
    for (int64_t row = 0; row < count; row++) {
        int64_t place = offset + row;
        uint64_t start = views[2 * place], rest = views[2 * place + 1];
        number[row] = 0;
        if (valid && !(valid[place >> 3] >> (place & 7) & 1)) continue;
        int64_t at = (int64_t)((start ^ rest * 0x9E3779B97F4A7C15u) * 0xD6E8FEB86659FD93u >> 40) & mask;
        while (slots[at].number && (slots[at].start != start || slots[at].rest != rest)) at = (at + 1) & mask;
        if (!slots[at].number) {
            if (found == most) return -1;
            first[found++] = row;
            slots[at] = (Slot){start, rest, found};
        }
        number[row] = slots[at].number;
    }
    return found;
}
