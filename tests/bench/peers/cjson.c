/* A peer of the trace reader: the same file through cJSON, an event a line or all at once. */
#include <cjson/cJSON.h>

#include "bench.h"

static char *read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    char *data = NULL;
    if (file != NULL && fseek(file, 0, SEEK_END) == 0) {
        long size = ftell(file);
        rewind(file);
        data = size >= 0 ? malloc((size_t)size + 1) : NULL;
        if (data != NULL)
            data[fread(data, 1, (size_t)size, file)] = '\0';
    }
    if (file != NULL)
        fclose(file);
    return data;
}

/* Parses each line and lets go of it: the least that a reader built on cJSON does. */
static int parse_lines(struct bench_run *run, const char *data) {
    double time = 0;
    for (const char *line = strchr(data, '{'); line != NULL; line = strchr(line, '{')) {
        size_t length = strcspn(line, "\n");
        cJSON *event = cJSON_ParseWithLengthOpts(line, length, NULL, 0);
        if (event == NULL)
            return bench_fail(run->file, "a line that is no event");
        const cJSON *ts = cJSON_GetObjectItemCaseSensitive(event, "ts");
        time = ts != NULL ? ts->valuedouble : time;
        cJSON_Delete(event);
        run->items++;
        line += length;
    }
    return time > 0 ? 0 : bench_fail(run->file, "no event with a time");
}

static int bench_lines(struct bench_run *run) {
    bench_start(run);
    char *data = read_file(run->file);
    if (data == NULL)
        return bench_fail(run->file, strerror(errno));
    int status = parse_lines(run, data);
    free(data);
    bench_stop(run);
    return status;
}

static int bench_whole(struct bench_run *run) {
    bench_start(run);
    char *data = read_file(run->file);
    if (data == NULL)
        return bench_fail(run->file, strerror(errno));
    cJSON *events = cJSON_Parse(data);
    free(data);
    if (events == NULL)
        return bench_fail(run->file, "not JSON");
    run->items = cJSON_GetArraySize(events);
    cJSON_Delete(events);
    bench_stop(run);
    return 0;
}

int main(int argc, char **argv) {
    static const struct bench benches[] = {
        {.name = "lines", .run = bench_lines, .takes_file = 1},
        {.name = "whole", .run = bench_whole, .takes_file = 1},
    };
    return bench_main(benches, sizeof benches / sizeof *benches, argc, argv);
}
