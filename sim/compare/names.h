/* compare/names.h - names that stand for one thing, and texts in which they occur. Private to the
 * comparison.
 *
 * What a run says has names of tasks and objects in it: a span "maker 3", an error "queue line is
 * full". Where these were renamed, texts that say the same have the same hash.
 */
#ifndef CMP_NAMES_H
#define CMP_NAMES_H

#include "base/map.h"
#include "compare/compare.h"
#include "trace/event.h"

/* All zero: none. */
struct cmp_names {
    struct base_map marks[CMP_SIDES]; /* what stands for a name, by its hash */
    size_t *lengths;                  /* those that names have, the longest first */
    size_t length_count, length_capacity;
    bool begins[256]; /* with which bytes they do */
    uint32_t *joined; /* of each mark the one that it has been joined to, which is no greater */
    size_t joined_count, joined_capacity;
};

/* What A calls by the one name, and B by the other, is one thing: they have one mark. Where either
 * stands for another thing, too, so does that. Empty ones are none. False: no memory. */
bool cmp_names_join(struct cmp_names *names, const struct trace_string name[CMP_SIDES]);
/* Makes one more mark: its number; UINT32_MAX: no memory. */
uint32_t cmp_names_new_mark(struct cmp_names *names);

/* What a side calls something has that mark from now on, unless it has one already. False: no
 * memory. */
bool cmp_names_add(struct cmp_names *names, int side, struct trace_string name, uint32_t mark);
/* The mark of a name: the side's own, else the other's; UINT32_MAX: it has none. */
uint32_t cmp_names_mark(const struct cmp_names *names, int side, struct trace_string name);
void cmp_names_free(struct cmp_names *names);

/* "fetch" of "fetch-1": a name without the number at its end, if it has one. */
struct trace_string cmp_name_stem(struct trace_string name);

/* All 64 bits of it. */
uint64_t cmp_hash(uint64_t seed, struct trace_string text);
/* The hash of a text in which marks stand for the names, where they are words of it. */
uint64_t cmp_hash_text(const struct cmp_names *names, int side, uint64_t seed,
                       struct trace_string text);
/* The same, whatever numbers the text has beside its names. */
uint64_t cmp_hash_beside_numbers(const struct cmp_names *names, int side, struct trace_string text);

#endif
