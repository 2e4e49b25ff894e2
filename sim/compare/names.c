/* Names that stand for one thing, and texts in which they occur.
 *
 * A name is looked for where words begin and end: "p" is in "p 3" and in "p3", not in "stop". Where
 * one side has a name, and the other's text has it too, though the thing is called something else
 * there, both get its mark: so a text that was not touched stays the same. */
#include "compare/names.h"

#include "base/memory.h"
#include "base/text.h"

#include <string.h>

uint64_t cmp_hash(uint64_t seed, struct trace_string text) {
    uint64_t hash = base_mix(seed, text.length), word;
    const char *at = text.text;
    size_t left = text.length;
    for (; left >= sizeof word; at += sizeof word, left -= sizeof word) {
        memcpy(&word, at, sizeof word);
        hash = base_mix(hash, word);
    }
    word = 0;
    if (left > 0)
        memcpy(&word, at, left);
    return base_mix(hash, word);
}

/* --- Names ---------------------------------------------------------------------------------- */

static bool add_length(struct cmp_names *names, size_t length) {
    size_t place = 0;
    while (place < names->length_count && names->lengths[place] > length)
        place++;
    if (place < names->length_count && names->lengths[place] == length)
        return true;
    if (!base_grow(&names->lengths, &names->length_capacity, names->length_count,
                   sizeof *names->lengths))
        return false;
    memmove(names->lengths + place + 1, names->lengths + place,
            (names->length_count++ - place) * sizeof *names->lengths);
    names->lengths[place] = length;
    return true;
}

bool cmp_names_add(struct cmp_names *names, int side, struct trace_string name, uint32_t mark) {
    uint64_t hash = cmp_hash(0, name);
    if (name.length == 0 || base_map_get(&names->marks[side], hash) != UINT32_MAX)
        return true;
    names->begins[(unsigned char)name.text[0]] = true;
    return add_length(names, name.length) && base_map_put(&names->marks[side], hash, mark);
}

uint32_t cmp_names_new_mark(struct cmp_names *names) {
    if (!base_grow(&names->joined, &names->joined_capacity, names->joined_count,
                   sizeof *names->joined))
        return UINT32_MAX;
    uint32_t mark = (uint32_t)names->joined_count++;
    names->joined[mark] = mark;
    return mark;
}

static uint32_t mark_on(const struct cmp_names *names, int side, uint64_t hash) {
    uint32_t mark = base_map_get(&names->marks[side], hash);
    while (mark != UINT32_MAX && names->joined[mark] != mark)
        mark = names->joined[mark];
    return mark;
}

uint32_t cmp_names_mark(const struct cmp_names *names, int side, struct trace_string name) {
    uint64_t hash = cmp_hash(0, name);
    uint32_t mark = mark_on(names, side, hash);
    return mark == UINT32_MAX ? mark_on(names, !side, hash) : mark;
}

bool cmp_names_join(struct cmp_names *names, const struct trace_string name[CMP_SIDES]) {
    if (name[CMP_A].length == 0 || name[CMP_B].length == 0)
        return true;
    uint32_t a = mark_on(names, CMP_A, cmp_hash(0, name[CMP_A]));
    uint32_t b = mark_on(names, CMP_B, cmp_hash(0, name[CMP_B]));
    if (a != UINT32_MAX && b != UINT32_MAX) {
        names->joined[a < b ? b : a] = a < b ? a : b;
        return true;
    }
    uint32_t mark = a != UINT32_MAX ? a : b != UINT32_MAX ? b : cmp_names_new_mark(names);
    return mark != UINT32_MAX && cmp_names_add(names, CMP_A, name[CMP_A], mark) &&
           cmp_names_add(names, CMP_B, name[CMP_B], mark);
}

void cmp_names_free(struct cmp_names *names) {
    base_map_free(&names->marks[CMP_A]);
    base_map_free(&names->marks[CMP_B]);
    base_free(names->lengths);
    base_free(names->joined);
    *names = (struct cmp_names){0};
}

struct trace_string cmp_name_stem(struct trace_string name) {
    size_t length = name.length;
    while (length > 0 && name.text[length - 1] >= '0' && name.text[length - 1] <= '9')
        length--;
    while (length > 0 && length < name.length && strchr("-_.# ", name.text[length - 1]) != NULL)
        length--;
    return length == 0 ? name : (struct trace_string){name.text, length};
}

/* --- Texts ---------------------------------------------------------------------------------- */

/* What a byte is of a word. Where scripts have no spaces, each character may be a word. */
enum byte_class { NO_WORD, LETTER, DIGIT };

static enum byte_class class_of(char byte) {
    if (byte >= '0' && byte <= '9')
        return DIGIT;
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ? LETTER : NO_WORD;
}

/* Whether a word may begin or end between these two. */
static bool is_between_words(char before, char after) {
    enum byte_class class = class_of(before);
    return class == NO_WORD || class != class_of(after);
}

/* The longest name that is a word of the text at that place: its length, and its mark; 0: none. */
static size_t find_name(const struct cmp_names *names, int side, struct trace_string text,
                        size_t at, uint32_t *mark) {
    if (!names->begins[(unsigned char)text.text[at]] ||
        (at > 0 && !is_between_words(text.text[at - 1], text.text[at])))
        return 0;
    for (size_t i = 0; i < names->length_count; i++) {
        size_t length = names->lengths[i], end = at + length;
        if (length > text.length - at ||
            (end < text.length && !is_between_words(text.text[end - 1], text.text[end])))
            continue;
        *mark = cmp_names_mark(names, side, (struct trace_string){text.text + at, length});
        if (*mark != UINT32_MAX)
            return length;
    }
    return 0;
}

/* What is between two names. */
static uint64_t hash_piece(uint64_t seed, const char *at, const char *end, bool numbers) {
    for (; !numbers && at < end; at++)
        if (class_of(*at) != DIGIT)
            seed = base_mix(seed, (unsigned char)*at);
    return cmp_hash(seed, (struct trace_string){at, (size_t)(end - at)});
}

static uint64_t hash_text(const struct cmp_names *names, int side, uint64_t seed,
                          struct trace_string text, bool numbers) {
    size_t begin = 0, length;
    uint32_t mark;
    for (size_t at = 0; names->length_count > 0 && at<text.length; at += length> 0 ? length : 1) {
        length = find_name(names, side, text, at, &mark);
        if (length == 0)
            continue;
        seed = hash_piece(seed, text.text + begin, text.text + at, numbers);
        seed = base_mix(seed, (uint64_t)mark + 1);
        begin = at + length;
    }
    return hash_piece(seed, text.text + begin, text.text + text.length, numbers);
}

uint64_t cmp_hash_text(const struct cmp_names *names, int side, uint64_t seed,
                       struct trace_string text) {
    return hash_text(names, side, seed, text, true);
}

uint64_t cmp_hash_beside_numbers(const struct cmp_names *names, int side,
                                 struct trace_string text) {
    return hash_text(names, side, 0, text, false);
}
