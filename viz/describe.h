/* describe.h - what there is to say of a thing, in words: a heading, and facts below it. Where they
 * are drawn, or whether they are drawn at all, is not known here.
 */
#ifndef VIZ_DESCRIBE_H
#define VIZ_DESCRIBE_H

#include "arrange.h"
#include "identity.h"
#include "model.h"

enum { VIZ_FACTS_MAX = 14 };

struct viz_fact {
    char name[48];
    char value[160];
};

struct viz_description {
    char heading[200];
    struct viz_fact facts[VIZ_FACTS_MAX];
    int count;
    bool cut; /* there was no memory for all of it: what is missing says so in its place */
};

/* False where there is nothing to say. Facts that do not fit are counted by the last one. */
bool viz_describe(const struct viz_model *model, struct viz_id id,
                  struct viz_description *description);
/* The same where lanes are arranged, and there are groups. */
bool viz_describe_arranged(const struct viz_model *model, const struct viz_arrangement *arrangement,
                           struct viz_id id, struct viz_description *description);

#endif
