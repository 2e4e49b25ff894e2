/* What a run may do outside itself: programs, addresses and folders that the command line names. */
#include "run/leave.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "program/program.h"

/* --- Programs --------------------------------------------------------------------------------- */

/* Whether a word is one of a list that a comma parts. */
static bool is_listed(const char *list, const char *word) {
    size_t length = strlen(word);
    for (const char *name = list; *name != '\0';) {
        size_t size = strcspn(name, ",");
        if (size == length && memcmp(name, word, size) == 0)
            return true;
        name += size + (name[size] == ',');
    }
    return false;
}

bool run_may_exec(const run_leave *leave, const char *program) {
    return leave->exec && (leave->programs == NULL || is_listed(leave->programs, program));
}

/* Every loader, shell, interpreter and pager has variables of its own by which it runs code, and
 * nobody knows them all. So these are the ones that do nothing but say in which words and how wide
 * a program prints; whatever else is asked for by its name. */
static bool is_harmless(const char *variable) {
    static const char only_words[] = "LANG,TZ,TERM,COLUMNS,LINES,NO_COLOR";
    return strncmp(variable, "LC_", 3) == 0 || is_listed(only_words, variable);
}

bool run_may_set(const run_leave *leave, const char *variable) {
    return leave->programs == NULL || leave->env || is_harmless(variable) ||
           (leave->variables != NULL && is_listed(leave->variables, variable));
}

/* --- Addresses -------------------------------------------------------------------------------- */

/* By its number: a name that begins with 127 may be anybody's. */
static bool is_this_machine(const char *host) {
    struct in_addr four;
    struct in6_addr six;
    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
    if (inet_pton(AF_INET6, host, &six) == 1)
        return IN6_IS_ADDR_LOOPBACK(&six) ||
               (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == IN_LOOPBACKNET);
    return strcmp(host, "localhost") == 0;
}

/* What a word of the command line allows. */
typedef struct allowed {
    char host[256]; /* as long as a name may be */
    int port;       /* PROG_ANY_PORT: each */
} allowed;

static bool is_host(const char *host) {
    static const char of_names[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
    unsigned char number[sizeof(struct in6_addr)];
    return inet_pton(AF_INET6, host, number) == 1 ||
           (host[0] != '\0' && host[strspn(host, of_names)] == '\0');
}

/* ":PORT", or nothing. */
static bool parse_port(const char *text, size_t size, int *port) {
    *port = PROG_ANY_PORT;
    if (size == 0)
        return true;
    if (size < 2 || size > 6 || text[0] != ':')
        return false;
    *port = 0;
    for (size_t i = 1; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *port = *port * 10 + text[i] - '0';
    }
    return *port <= UINT16_MAX;
}

/* "HOST", "HOST:PORT", "[HOST]" or "[HOST]:PORT"; without brackets a host of more than one colon is
 * one of IPv6, and has no port. */
static bool parse_allowed(const char *word, size_t size, allowed *out) {
    const char *begin = word, *end = word + size, *colon = memchr(word, ':', size);
    if (size > 0 && word[0] == '[') {
        begin++;
        end = memchr(word, ']', size);
    } else if (colon != NULL && memchr(colon + 1, ':', (size_t)(end - colon - 1)) == NULL) {
        end = colon;
    }
    if (end == NULL || (size_t)(end - begin) >= sizeof out->host)
        return false;
    memcpy(out->host, begin, (size_t)(end - begin));
    out->host[end - begin] = '\0';
    end += begin > word;
    return is_host(out->host) && parse_port(end, size - (size_t)(end - word), &out->port);
}

bool run_is_address(const char *word, size_t size) {
    allowed ignored;
    return parse_allowed(word, size, &ignored);
}

bool run_may_reach(const run_leave *leave, const char *host, int port) {
    allowed one;
    if (leave->anywhere)
        return true;
    if (leave->hosts == NULL)
        return leave->net && is_this_machine(host);
    for (const char *word = leave->hosts; *word != '\0';) {
        size_t size = strcspn(word, ",");
        if (parse_allowed(word, size, &one) && strcmp(one.host, host) == 0 &&
            (one.port == PROG_ANY_PORT || port == PROG_ANY_PORT || one.port == port))
            return true;
        word += size + (word[size] == ',');
    }
    return false;
}

const char *run_host_advice(const char *host) {
    const char *colon = strchr(host, ':');
    bool with_port = colon != NULL && strchr(colon + 1, ':') == NULL;
    return with_port ? "\"host\" is a host alone: the port is a member of its own" : NULL;
}

/* --- Files ------------------------------------------------------------------------------------ */

static bool is_below(const char *path, const char *folder) {
    size_t size = strlen(folder);
    return strncmp(path, folder, size) == 0 &&
           (path[size] == '\0' || path[size] == '/' || size == 1);
}

/* Becomes the folder of the file, or of the folder, at that path: "" is where we are. False: it has
 * none. */
static bool to_parent(char *path) {
    char *slash = strrchr(path, '/');
    if (path[0] == '\0' || strcmp(path, "/") == 0)
        return false;
    path[slash == NULL ? 0 : slash == path ? 1 : slash - path] = '\0';
    return true;
}

/* Each folder on its way is looked at as it really is, and so is the file: a link may lead to
 * another one, and where that cannot be seen it is none of the folder. What is not there yet is
 * where the nearest folder is that is there, and is for the system to miss. */
static bool is_inside(const char *path, const char *folder) {
    char real_folder[PATH_MAX], real[PATH_MAX], nearest[PATH_MAX];
    if (strlen(path) >= sizeof nearest || realpath(folder, real_folder) == NULL)
        return false;
    if (realpath(path, real) != NULL)
        return is_below(real, real_folder);
    strcpy(nearest, path);
    while (errno == ENOENT && to_parent(nearest))
        if (realpath(nearest[0] != '\0' ? nearest : ".", real) != NULL)
            return is_below(real, real_folder);
    return false;
}

bool run_may_use(const run_leave *leave, const char *path) {
    return leave->folder != NULL && is_inside(path, leave->folder);
}
