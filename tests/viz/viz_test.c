#include "viz_test.h"

#include <string.h>

static int letters(void *context, enum viz_font font, const char *text, size_t length) {
    (void)context;
    (void)font;
    int count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count * STAGE_LETTER;
}

void stage_open(struct stage *stage, int width, int height) {
    viz_state_open(&stage->state, stage->sample.model);
    stage->state.measure = (struct viz_measure){.width = letters, .family = "letters"};
    for (int i = 0; i < VIZ_FONT_COUNT; i++)
        stage->state.measure.types[i] =
            (struct viz_type){.height = STAGE_LINE, .ascent = 12, .size = 12, .weight = 400};
    stage->state.scale = 1;
    stage->state.frame.width = width;
    stage->state.frame.height = height;
    stage_update(stage);
}

void stage_update(struct stage *stage) {
    viz_state_place(&stage->state, stage->state.frame.width, stage->state.frame.height);
    assert_int_equal(viz_state_lay_out(&stage->state), 0);
}

void stage_explain(struct stage *stage, const char *path) {
    viz_reasons_free(&stage->state.reasons);
    stage->state.reasons.path = path;
}

void stage_close(struct stage *stage) {
    viz_state_close(&stage->state);
    sample_free(&stage->sample);
}

struct viz_id stage_hit(const struct stage *stage, int x, int y) {
    const struct viz_state *state = &stage->state;
    return viz_hit(state->model, &state->view, &state->frame, &state->scene, x, y);
}

size_t stage_find(const struct stage *stage, size_t from, int kind, int role) {
    for (size_t i = from; i < stage->state.scene.count; i++) {
        const struct viz_prim *prim = &stage->state.scene.prims[i];
        if (prim->kind == kind && (role < 0 || prim->role == role))
            return i;
    }
    return SIZE_MAX;
}

size_t stage_count(const struct stage *stage, int kind, int role) {
    size_t count = 0;
    for (size_t i = stage_find(stage, 0, kind, role); i != SIZE_MAX;
         i = stage_find(stage, i + 1, kind, role))
        count++;
    return count;
}

const struct viz_prim *stage_text(const struct stage *stage, const char *text) {
    for (size_t i = 0; i < stage->state.scene.count; i++) {
        const struct viz_prim *prim = &stage->state.scene.prims[i];
        if (prim->kind == VIZ_TEXT_AT && strcmp(stage->state.scene.text + prim->text, text) == 0)
            return prim;
    }
    return NULL;
}
