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
    stage->measure = (struct viz_measure){.width = letters};
    for (int i = 0; i < VIZ_FONT_COUNT; i++)
        stage->measure.height[i] = STAGE_LINE;
    stage->scene = (struct viz_scene){0};
    stage->ui = (struct viz_ui){.counter = viz_first_counter(stage->sample.model)};
    stage->view = (struct viz_view){.row_scale = 1};
    struct viz_extent extent = viz_extent_of(stage->sample.model);
    viz_view_fit(&stage->view, &extent);
    stage->frame = (struct viz_frame){.width = width, .height = height, .scale = 1};
    stage_update(stage);
}

void stage_update(struct stage *stage) {
    viz_frame_make(&stage->frame, stage->sample.model, &stage->view, &stage->ui, &stage->measure,
                   stage->frame.width, stage->frame.height, stage->frame.scale);
    viz_layout(&stage->scene, stage->sample.model, &stage->view, &stage->frame, &stage->ui,
               &stage->measure);
    assert_int_equal(stage->scene.error, 0);
}

void stage_close(struct stage *stage) {
    viz_scene_free(&stage->scene);
    sample_free(&stage->sample);
}

size_t stage_find(const struct stage *stage, size_t from, int kind, int role) {
    for (size_t i = from; i < stage->scene.count; i++) {
        const struct viz_prim *prim = &stage->scene.prims[i];
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
    for (size_t i = 0; i < stage->scene.count; i++) {
        const struct viz_prim *prim = &stage->scene.prims[i];
        if (prim->kind == VIZ_TEXT_AT && strcmp(stage->scene.text + prim->text, text) == 0)
            return prim;
    }
    return NULL;
}
