/* Two texts a turn, and the first line in which they differ. */
#include "support/watch.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trace/reader.h"

struct watch_moment {
    uint64_t ordinal;
    uint64_t hash; /* of the state in words */
};

static void *checked(void *pointer) {
    if (pointer == NULL)
        abort();
    return pointer;
}

/* --- Texts ------------------------------------------------------------------------------------ */

static void open_text(struct watch_text *text) {
    text->file = checked(open_memstream(&text->bytes, &text->size));
}

static void close_text(struct watch_text *text) {
    (void)fclose(text->file);
    free(text->bytes);
}

static const char *finish_text(struct watch_text *text) {
    fputc('\0', text->file);
    (void)fflush(text->file);
    return text->bytes;
}

static const char *ask(struct watch *watch) {
    (void)fseeko(watch->asked.file, 0, SEEK_SET);
    probe_loop(watch->asked.file, watch->loop, watch->program);
    return finish_text(&watch->asked);
}

static const char *say(struct watch *watch, const struct trace_state *state) {
    (void)fseeko(watch->rebuilt.file, 0, SEEK_SET);
    probe_state(watch->rebuilt.file, state);
    return finish_text(&watch->rebuilt);
}

static uint64_t hash_of(const char *text) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return hash;
}

/* --- Comparing -------------------------------------------------------------------------------- */

static void say_difference(const struct watch *watch, const char *asked, const char *rebuilt) {
    const struct trace_now *now = trace_state_now(watch->state);
    size_t line = strcspn(asked, "\n");
    while (asked[line] == '\n' && strncmp(asked, rebuilt, line + 1) == 0) {
        asked += line + 1;
        rebuilt += line + 1;
        line = strcspn(asked, "\n");
    }
    fprintf(stderr, "%s: after event %" PRIu64 ", in iteration %" PRIu64 ", at %" PRId64 " ns%s\n",
            watch->name, now->ordinal, now->iteration, now->time_ns,
            now->doubtful ? ", events do not fit" : "");
    fprintf(stderr, "    is      %.*s\n", (int)line, asked);
    fprintf(stderr, "    rebuilt %.*s\n", (int)strcspn(rebuilt, "\n"), rebuilt);
}

static uint64_t draw(struct watch *watch) {
    watch->random ^= watch->random << 13;
    watch->random ^= watch->random >> 7;
    watch->random ^= watch->random << 17;
    return watch->random;
}

/* Keeps the engine's words: those of so many turns, each of them as likely as any. */
static void keep_words(struct watch *watch, uint64_t ordinal, const char *asked) {
    uint64_t place = draw(watch) % (watch->turns + 1);
    if (watch->shown_count < WATCH_SHOWN)
        place = watch->shown_count++;
    if (place >= WATCH_SHOWN)
        return;
    free(watch->shown[place].words);
    watch->shown[place] = (struct shown_moment){ordinal, checked(strdup(asked))};
}

static void compare(struct watch *watch) {
    const char *asked = ask(watch), *rebuilt = say(watch, watch->state);
    const struct trace_now *now = trace_state_now(watch->state);
    if (watch->turns == watch->capacity) {
        watch->capacity = watch->capacity > 0 ? 2 * watch->capacity : 1024;
        watch->moments = checked(realloc(watch->moments, watch->capacity * sizeof *watch->moments));
    }
    keep_words(watch, now->ordinal, asked);
    watch->moments[watch->turns++] = (struct watch_moment){now->ordinal, hash_of(rebuilt)};
    watch->differs = now->doubtful || strcmp(asked, rebuilt) != 0;
    if (watch->differs && !watch->quiet)
        say_difference(watch, asked, rebuilt);
}

static int take(struct trace_consumer *consumer, const struct trace_event *event) {
    struct watch *watch = (struct watch *)(void *)consumer;
    if (event->kind == watch->without && event->kind != TRACE_UNKNOWN)
        return 0;
    int error = trace_state_take(watch->state, event);
    if (error == 0 && event->kind == TRACE_TURN_END && !watch->differs)
        compare(watch);
    return error;
}

/* Whether a timeline has the states that there were. `how` it has come to its events is said. */
static bool seek_everywhere(struct watch *watch, struct trace_timeline *timeline, const char *how) {
    enum { SEEKS = 50 };
    for (int i = 0; i < SEEKS && watch->turns > 0; i++) {
        const struct trace_state *state;
        const struct watch_moment *moment = &watch->moments[draw(watch) % watch->turns];
        if (trace_timeline_seek(timeline, moment->ordinal, &state) == 0 &&
            trace_state_now(state)->ordinal == moment->ordinal &&
            hash_of(say(watch, state)) == moment->hash)
            continue;
        fprintf(stderr, "%s: the state at event %" PRIu64 " is another %s\n", watch->name,
                moment->ordinal, how);
        return false;
    }
    return true;
}

/* The same by what was written to a file. */
static bool read_back(struct watch *watch) {
    char message[TRACE_MESSAGE_SIZE];
    bool complete = false;
    struct trace_timeline *timeline = checked(trace_timeline_new());
    int error =
        trace_read_events(watch->file, trace_timeline_consumer(timeline), &complete, message);
    bool fine = error == 0 && complete;
    if (!fine)
        fprintf(stderr, "%s: %s\n", watch->name, error != 0 ? message : "is not complete");
    fine = fine && seek_everywhere(watch, timeline, "in the file") &&
           shown_compare(watch->file, timeline, watch->shown, watch->shown_count);
    if (!fine)
        fprintf(stderr, "    in %s\n", watch->name);
    trace_timeline_free(timeline);
    return fine;
}

/* --- Life ------------------------------------------------------------------------------------- */

struct watch *watch_new(const char *name, const struct probe_program *program) {
    struct watch *watch = checked(calloc(1, sizeof *watch));
    watch->consumer.take = take;
    watch->name = name;
    watch->program = program;
    watch->random = UINT64_C(88172645463325252);
    watch->state = checked(trace_state_new());
    watch->timeline = checked(trace_timeline_new());
    open_text(&watch->asked);
    open_text(&watch->rebuilt);
    int fd = mkstemp(strcpy(watch->file, "/tmp/cadran-watch-XXXXXX"));
    if (fd < 0)
        abort();
    (void)close(fd);
    return watch;
}

void watch_listen(struct watch *watch, struct trace_stream *stream) {
    trace_stream_add(stream, &watch->consumer);
    trace_stream_add(stream, trace_timeline_consumer(watch->timeline));
    if (trace_stream_write(stream, watch->file) != 0)
        abort();
}

bool watch_end(struct watch *watch) {
    if (watch->differs || watch->without != TRACE_UNKNOWN)
        return !watch->differs;
    return seek_everywhere(watch, watch->timeline, "by the timeline") && read_back(watch);
}

void watch_free(struct watch *watch) {
    trace_state_free(watch->state);
    trace_timeline_free(watch->timeline);
    close_text(&watch->asked);
    close_text(&watch->rebuilt);
    (void)unlink(watch->file);
    for (size_t i = 0; i < watch->shown_count; i++)
        free(watch->shown[i].words);
    free(watch->moments);
    free(watch);
}
