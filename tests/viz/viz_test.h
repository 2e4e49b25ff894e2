/* viz_test.h - what the viewer's tests include first, as cmocka wants it. */
#ifndef VIZ_TEST_H
#define VIZ_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "actions.h"
#include "hit.h"
#include "sample.h"
#include "state.h"

/* A layout of a sample as the program makes it, with letters that are all 7 pixels wide. */
struct stage {
    struct sample sample;
    struct viz_state state;
};

enum { STAGE_LETTER = 7, STAGE_LINE = 15 };

/* Shows all of a sample that has been made. */
void stage_open(struct stage *stage, int width, int height);
/* Places and lays out again. */
void stage_update(struct stage *stage);
/* The trace that says why the sample went as it did. */
void stage_explain(struct stage *stage, const char *path);
void stage_close(struct stage *stage);

/* What is at a point. */
struct viz_id stage_hit(const struct stage *stage, int x, int y);

/* How many primitives of a kind and role there are; -1: any role. */
size_t stage_count(const struct stage *stage, int kind, int role);
/* The first primitive of a kind and role from `from` on, by index; SIZE_MAX. */
size_t stage_find(const struct stage *stage, size_t from, int kind, int role);
/* The primitive that writes a text; NULL. */
const struct viz_prim *stage_text(const struct stage *stage, const char *text);

#endif
