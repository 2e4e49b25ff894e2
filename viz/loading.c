/* A thread that makes models. What it has made lies in one place until it is taken: of two that
 * have come since, the later one counts. */
#include "loading.h"

#include "base/memory.h"
#include "cadran.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Of a file larger than this as much is shown before the rest is read. */
#define BEGINNING (UINT64_C(16) << 20)

struct viz_loading {
    pthread_t thread;
    bool started;
    char *path;
    uint64_t size; /* of the file */
    struct trace_progress beginning, whole;
    pthread_mutex_t mutex; /* of what follows */
    struct viz_loaded loaded;
    bool over;
    int error;
    char message[TRACE_MESSAGE_SIZE];
};

void viz_loaded_free(struct viz_loaded *loaded) {
    viz_model_free(loaded->model);
    trace_model_free(loaded->trace);
    *loaded = (struct viz_loaded){0};
}

const char *viz_path_again(const char *path) {
    return strcmp(path, trace_path_name("-")) == 0 ? VIZ_INPUT_PATH : path;
}

static int arrange(const char *path, struct viz_loaded *loaded) {
    const char *name = strcmp(path, VIZ_INPUT_PATH) == 0 ? trace_path_name("-") : path;
    int error = viz_model_new(loaded->trace, name, &loaded->model);
    if (error != 0)
        viz_loaded_free(loaded);
    return error;
}

int viz_loaded_nothing(const char *path, struct viz_loaded *loaded) {
    char message[TRACE_MESSAGE_SIZE];
    *loaded = (struct viz_loaded){0};
    int error = trace_read_memory(path, "[]", 2, &loaded->trace, message);
    return error != 0 ? error : arrange(path, loaded);
}

/* --- The thread ----------------------------------------------------------------------------- */

static int load(struct viz_loading *loading, struct trace_progress *progress, bool whole) {
    struct viz_loaded loaded = {.whole = whole};
    char message[TRACE_MESSAGE_SIZE];
    int error = trace_read_watched(loading->path, progress, &loaded.trace, message);
    if (error == 0) {
        error = arrange(loading->path, &loaded);
        (void)snprintf(message, sizeof message, "out of memory");
    }
    pthread_mutex_lock(&loading->mutex);
    if (error == 0) {
        viz_loaded_free(&loading->loaded);
        loading->loaded = loaded;
    } else {
        (void)snprintf(loading->message, sizeof loading->message, "%s", message);
    }
    pthread_mutex_unlock(&loading->mutex);
    return error;
}

static void *run(void *context) {
    struct viz_loading *loading = context;
    int error = 0;
    if (loading->size > BEGINNING)
        error = load(loading, &loading->beginning, false);
    if (error == 0)
        error = load(loading, &loading->whole, true);
    pthread_mutex_lock(&loading->mutex);
    loading->error = error;
    loading->over = true;
    pthread_mutex_unlock(&loading->mutex);
    return NULL;
}

/* --- Life ----------------------------------------------------------------------------------- */

struct viz_loading *viz_loading_begin(const char *path) {
    struct stat status;
    struct viz_loading *loading = base_zalloc(1, sizeof *loading);
    if (loading == NULL)
        return NULL;
    (void)pthread_mutex_init(&loading->mutex, NULL);
    loading->path = base_strndup(path, strlen(path));
    loading->size = stat(path, &status) == 0 && status.st_size > 0 ? (uint64_t)status.st_size : 0;
    loading->beginning.most = BEGINNING;
    loading->started =
        loading->path != NULL && pthread_create(&loading->thread, NULL, run, loading) == 0;
    if (loading->started)
        return loading;
    viz_loading_free(loading);
    return NULL;
}

void viz_loading_free(struct viz_loading *loading) {
    if (loading == NULL)
        return;
    atomic_store(&loading->beginning.stops, true);
    atomic_store(&loading->whole.stops, true);
    if (loading->started)
        (void)pthread_join(loading->thread, NULL);
    viz_loaded_free(&loading->loaded);
    (void)pthread_mutex_destroy(&loading->mutex);
    base_free(loading->path);
    base_free(loading);
}

double viz_loading_progress(const struct viz_loading *loading) {
    double bytes = (double)atomic_load_explicit(&loading->whole.bytes, memory_order_relaxed);
    double part = loading->size > 0 ? bytes / (double)loading->size : 0;
    return part < 1 ? part : 1;
}

bool viz_loading_take(struct viz_loading *loading, struct viz_loaded *loaded) {
    pthread_mutex_lock(&loading->mutex);
    *loaded = loading->loaded;
    loading->loaded = (struct viz_loaded){0};
    pthread_mutex_unlock(&loading->mutex);
    return loaded->model != NULL;
}

bool viz_loading_is_over(struct viz_loading *loading, int *error,
                         char message[TRACE_MESSAGE_SIZE]) {
    pthread_mutex_lock(&loading->mutex);
    bool over = loading->over && loading->loaded.model == NULL;
    *error = loading->error;
    (void)snprintf(message, TRACE_MESSAGE_SIZE, "%s", loading->message);
    pthread_mutex_unlock(&loading->mutex);
    return over;
}
