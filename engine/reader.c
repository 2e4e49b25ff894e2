/* loop.add_reader() and add_writer(): other libraries' descriptors, by their numbers. */
#include "loop.h"
#include "watch.h"

struct cad__readers {
    size_t capacity;
    cad__watch *by_descriptor[]; /* NULL: nobody waits */
};

static int make_room(cad_loop *loop, size_t descriptor) {
    size_t before = loop->readers != NULL ? loop->readers->capacity : 0, after = before;
    while (after <= descriptor)
        after = after > 0 ? after * 2 : 16;
    if (after == before)
        return 0;
    struct cad__readers *readers =
        cad_realloc(loop->readers, sizeof *readers + after * sizeof readers->by_descriptor[0]);
    if (readers == NULL)
        return CAD_ENOMEM;
    for (size_t i = before; i < after; i++)
        readers->by_descriptor[i] = NULL;
    readers->capacity = after;
    loop->readers = readers;
    return 0;
}

/* NULL: nobody waits for it. */
static cad__watch *find(const cad_loop *loop, int descriptor) {
    const struct cad__readers *readers = loop->readers;
    bool known = readers != NULL && descriptor >= 0 && (size_t)descriptor < readers->capacity;
    return known ? readers->by_descriptor[descriptor] : NULL;
}

/* The kernel is asked first: only what is a descriptor is given room, which its number is the
 * measure of. */
static int watch_first(cad_loop *loop, int descriptor, cad__watch **out) {
    int error = cad__watch_new(loop, descriptor, out);
    if (error != 0)
        return error;
    error = make_room(loop, (size_t)descriptor);
    if (error != 0)
        cad__watch_free(*out);
    else
        loop->readers->by_descriptor[descriptor] = *out;
    return error;
}

static int add(cad_loop *loop, int descriptor, enum cad__side side, cad_callback *fn, void *arg) {
    if (descriptor < 0)
        return cad_raise(CAD_EINVAL, "Invalid file descriptor");
    cad__watch *watch = find(loop, descriptor);
    int error = watch == NULL ? watch_first(loop, descriptor, &watch) : 0;
    if (error != 0)
        return error;
    cad__watch_set(watch, side, fn, arg);
    return 0;
}

static bool take_away(cad_loop *loop, int descriptor, enum cad__side side) {
    cad__watch *watch = find(loop, descriptor);
    if (watch == NULL || watch->watchers[side].fn == NULL)
        return false;
    cad__watch_set(watch, side, NULL, NULL);
    if (watch->watchers[CAD__READER].fn == NULL && watch->watchers[CAD__WRITER].fn == NULL) {
        loop->readers->by_descriptor[descriptor] = NULL;
        cad__watch_free(watch);
    }
    return true;
}

int cad_add_reader(cad_loop *loop, int descriptor, cad_callback *fn, void *arg) {
    return add(loop, descriptor, CAD__READER, fn, arg);
}

int cad_add_writer(cad_loop *loop, int descriptor, cad_callback *fn, void *arg) {
    return add(loop, descriptor, CAD__WRITER, fn, arg);
}

bool cad_remove_reader(cad_loop *loop, int descriptor) {
    return take_away(loop, descriptor, CAD__READER);
}

bool cad_remove_writer(cad_loop *loop, int descriptor) {
    return take_away(loop, descriptor, CAD__WRITER);
}
