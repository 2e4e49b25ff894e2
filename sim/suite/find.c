/* Goes through directories for scenarios, and holds what is kept of them against them. */
#include "suite/find.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/show.h"
#include "cadran.h"

#define JSON ".json"
#define KEY "cadran"

/* --- Names ----------------------------------------------------------------------------------- */

static bool ends_in(const char *name, const char *end) {
    size_t length = strlen(name), tail = strlen(end);
    return length > tail && strcmp(name + length - tail, end) == 0;
}

static char *replace_end(const char *path, size_t length, const char *end) {
    base_buffer text = {0};
    if (base_buffer_append(&text, path, length) == 0 &&
        base_buffer_append(&text, end, strlen(end)) == 0)
        return text.data;
    base_buffer_free(&text);
    return NULL;
}

char *suite_beside(const char *scenario, const char *end) {
    size_t length = strlen(scenario) - (ends_in(scenario, JSON) ? strlen(JSON) : 0);
    return replace_end(scenario, length, end);
}

/* --- Whether a file is a scenario ------------------------------------------------------------ */

/* Goes through JSON by its brackets and strings alone, so that it gets by what is wrong between
 * them. */
struct scanner {
    unsigned depth;
    bool in_string, escaped;
    size_t length;           /* of the string, so far */
    char string[sizeof KEY]; /* its first bytes */
    bool is_key;             /* the last thing was the string KEY */
    bool other;              /* the document is no object */
    bool found;
};

static void scan_string(struct scanner *scanner, char byte) {
    if (byte == '"' && !scanner->escaped) {
        scanner->in_string = false;
        scanner->is_key =
            scanner->length == strlen(KEY) && memcmp(scanner->string, KEY, strlen(KEY)) == 0;
        return;
    }
    scanner->escaped = byte == '\\' && !scanner->escaped;
    if (scanner->length < sizeof scanner->string)
        scanner->string[scanner->length++] = byte;
}

static void scan(struct scanner *scanner, char byte) {
    if (scanner->in_string) {
        scan_string(scanner, byte);
        return;
    }
    if (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n')
        return;
    if (scanner->depth == 0 && byte != '{')
        scanner->other = true;
    if (byte == '{' || byte == '[')
        scanner->depth++;
    else if ((byte == '}' || byte == ']') && scanner->depth > 0)
        scanner->depth--;
    else if (byte == ':' && scanner->depth == 1 && scanner->is_key)
        scanner->found = true;
    scanner->in_string = byte == '"';
    scanner->length = 0;
    scanner->is_key = false;
}

/* 1: it is one; 0: it is none; -1 with errno. */
static int is_scenario(const char *path) {
    struct scanner scanner = {0};
    char bytes[4096];
    ssize_t got = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe by now is not waited for */
    if (fd < 0)
        return -1;
    while (!scanner.found && !scanner.other && (got = read(fd, bytes, sizeof bytes)) > 0)
        for (ssize_t i = 0; i < got && !scanner.found && !scanner.other; i++)
            scan(&scanner, bytes[i]);
    int reason = errno;
    (void)close(fd);
    errno = reason;
    return scanner.found ? 1 : got < 0 ? -1 : 0;
}

/* --- Directories ----------------------------------------------------------------------------- */

struct search {
    suite_list *list;
    const char *wanted; /* the end of the files that stand for a scenario: goldens, or new ones */
    bool scenarios;     /* scenarios are wanted, too */
    char **culprit;
};

/* Takes over the path. What is printed is one line: `shown`, which is not the path where that is of
 * no file. */
static int add(struct search *search, char *path, const char *shown_as, bool alone) {
    suite_list *list = search->list;
    base_buffer shown = {0};
    if (path == NULL || base_buffer_append_shown(&shown, shown_as, strlen(shown_as)) != 0 ||
        !base_grow(&list->items, &list->capacity, list->count, sizeof *list->items)) {
        base_free(path);
        base_buffer_free(&shown);
        return CAD_ENOMEM;
    }
    list->items[list->count++] = (suite_found){path, shown.data, alone};
    return 0;
}

/* CAD_ESYSTEM, with the name of what errno is about. */
static int blame(struct search *search, const char *path) {
    int reason = errno;
    *search->culprit = base_strndup(path, strlen(path));
    errno = reason;
    return CAD_ESYSTEM;
}

/* What a directory has, and cannot be read, fails alone, where it is run: it may be a scenario, or
 * have some. What this program lacks is no fault of it. */
static int leave_to_run(struct search *search, const char *path) {
    if (!search->scenarios || errno == EMFILE || errno == ENFILE || errno == ENOMEM)
        return blame(search, path);
    return add(search, base_strndup(path, strlen(path)), path, false);
}

/* Of a trace that stands for its scenario: as if that was not there. If it is it is found by
 * itself, and comes before this one. */
static int add_owner(struct search *search, const char *path, const char *end) {
    char *owner = replace_end(path, strlen(path) - strlen(end), JSON);
    return add(search, owner, search->scenarios || owner == NULL ? path : owner, true);
}

/* A file of a directory. */
static int consider(struct search *search, const char *path) {
    bool is_new = ends_in(path, SUITE_NEW), golden = ends_in(path, SUITE_GOLDEN);
    if (ends_in(path, search->wanted))
        return add_owner(search, path, search->wanted);
    if (is_new || golden || !ends_in(path, JSON))
        return 0;
    int found = search->scenarios ? is_scenario(path) : 0;
    if (found < 0)
        return leave_to_run(search, path);
    if (found > 0)
        return add(search, base_strndup(path, strlen(path)), path, false);
    search->list->left_out++;
    return 0;
}

static int search_directory(struct search *search, const char *path);

static int search_entry(struct search *search, const char *path, const struct dirent *entry) {
    struct stat status;
    bool directory = entry->d_type == DT_DIR, file = entry->d_type == DT_REG;
    if (entry->d_type == DT_UNKNOWN) {
        if (lstat(path, &status) != 0)
            return blame(search, path);
        directory = S_ISDIR(status.st_mode);
    }
    if (!directory && !file) /* a link: what it leads to, if that is a file */
        file = stat(path, &status) == 0 && S_ISREG(status.st_mode);
    if (directory)
        return search_directory(search, path);
    return file ? consider(search, path) : 0;
}

static int search_directory(struct search *search, const char *path) {
    base_buffer name = {0};
    const struct dirent *entry;
    int error = 0;
    bool here = strcmp(path, ".") == 0;
    DIR *directory = opendir(path);
    if (directory == NULL)
        return leave_to_run(search, path);
    while (error == 0 && (errno = 0, entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        base_buffer_clear(&name);
        const char *slash = here ? "" : path[strlen(path) - 1] == '/' ? "" : "/";
        error = base_buffer_format(&name, "%s%s%s", here ? "" : path, slash, entry->d_name);
        if (error == 0)
            error = search_entry(search, name.data, entry);
    }
    if (error == 0 && errno != 0)
        error = blame(search, path);
    base_buffer_free(&name);
    int reason = errno;
    (void)closedir(directory);
    errno = reason;
    return error;
}

/* --- What is named --------------------------------------------------------------------------- */

static int search_name(struct search *search, const char *name) {
    struct stat status;
    while (strncmp(name, "./", 2) == 0 && name[2] != '\0')
        name += 2;
    if (ends_in(name, SUITE_NEW) || ends_in(name, SUITE_GOLDEN)) {
        const char *end = ends_in(name, SUITE_NEW) ? SUITE_NEW : SUITE_GOLDEN;
        char *path = replace_end(name, strlen(name) - strlen(end), JSON);
        bool alone = path != NULL && stat(path, &status) != 0;
        return add(search, path, alone || path == NULL ? name : path, alone);
    }
    bool there = stat(name, &status) == 0;
    if (there && S_ISDIR(status.st_mode))
        return search_directory(search, name);
    if (!search->scenarios && !ends_in(name, JSON)) {
        char *path = replace_end(name, strlen(name), JSON);
        return add(search, path, path != NULL ? path : name, false);
    }
    if (!there && search->scenarios)
        return blame(search, name);
    return add(search, base_strndup(name, strlen(name)), name, false);
}

static int by_path(const void *a, const void *b) {
    const suite_found *one = a, *other = b;
    int order = strcmp(one->path, other->path);
    return order != 0 ? order : (int)one->alone - (int)other->alone;
}

static void drop(suite_found *found) {
    base_free(found->path);
    base_free(found->shown);
}

/* Sorts, and drops what is there already: a scenario that was named twice, the golden of one. */
static void put_in_order(suite_list *list) {
    size_t kept = 0;
    if (list->count > 0)
        qsort(list->items, list->count, sizeof *list->items, by_path);
    for (size_t i = 0; i < list->count; i++) {
        if (kept > 0 && strcmp(list->items[kept - 1].path, list->items[i].path) == 0)
            drop(&list->items[i]);
        else
            list->items[kept++] = list->items[i];
    }
    list->count = kept;
}

static int find(struct search *search, const char *const *names, size_t count) {
    int error = 0;
    *search->culprit = NULL;
    for (size_t i = 0; error == 0 && i < count; i++)
        error = search_name(search, names[i]);
    put_in_order(search->list);
    return error;
}

int suite_find(const char *const *names, size_t count, suite_list *list, char **culprit) {
    struct search search = {list, SUITE_GOLDEN, true, culprit};
    return find(&search, names, count);
}

int suite_find_new(const char *const *names, size_t count, suite_list *list, char **culprit) {
    struct search search = {list, SUITE_NEW, false, culprit};
    return find(&search, names, count);
}

void suite_list_free(suite_list *list) {
    for (size_t i = 0; i < list->count; i++)
        drop(&list->items[i]);
    base_free(list->items);
    *list = (suite_list){0};
}
