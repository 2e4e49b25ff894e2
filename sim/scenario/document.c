#include "scenario/document.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cadran.h"
#include "scenario/json.h"
#include "scenario/number.h"
#include "scenario/place.h"

/* A value takes some 80 bytes; with this many a document stays within a few hundred megabytes. */
#define MAX_VALUES ((size_t)4000000)

static_assert(SIM_DOCUMENT_MAX_BYTES <= INT_MAX, "offsets are kept in an int");
static_assert(SIM_DOCUMENT_MAX_DEPTH <= SIM_JSON_MAX_DEPTH, "the syntax check has a depth limit");

/* --- Reading --------------------------------------------------------------------------------- */

/* Reads all of a file, up to one byte more than a document may have. 0, CAD_ENOMEM, or
 * CAD_ESYSTEM with errno. */
static int read_file(FILE *file, sim_buffer *buffer) {
    char chunk[16384];
    size_t length;
    while ((length = fread(chunk, 1, sizeof chunk, file)) > 0) {
        if (sim_buffer_append(buffer, chunk, length) != 0)
            return CAD_ENOMEM;
        if (buffer->length > SIM_DOCUMENT_MAX_BYTES)
            return 0;
    }
    return ferror(file) ? CAD_ESYSTEM : sim_buffer_append(buffer, "", 0);
}

static sim_document *new_document(const char *name) {
    sim_document *document = sim_zalloc(1, sizeof *document);
    if (document == NULL)
        return NULL;
    document->name = sim_strndup(name, strlen(name));
    if (document->name == NULL) {
        sim_free(document);
        return NULL;
    }
    sim_json_hooks();
    return document;
}

void sim_document_free(sim_document *document) {
    if (document == NULL)
        return;
    cJSON_Delete(document->root);
    sim_faults_free(&document->faults);
    sim_free(document->text);
    sim_free(document->name);
    sim_free(document);
}

/* --- Offsets and keys that stand twice ---------------------------------------------------------
 */

/* cJSON keeps no positions. Of a document that is only read, the int in each item that stands for
 * a number's whole part is used by nobody: here it holds the offset of the value in the text.
 * Returns the offset after the value. */
static size_t set_offsets(sim_document *document, cJSON *item, size_t at) {
    const char *text = document->text;
    item->valueint = (int)at;
    if (cJSON_IsNumber(item) && isinf(item->valuedouble))
        (void)sim_faults_add(&document->faults, (uint32_t)at, NULL,
                             "the number is too large for a double (about 1.8e308)");
    if (!cJSON_IsObject(item) && !cJSON_IsArray(item))
        return sim_json_skip_scalar(text, at);
    at++;
    cJSON *child;
    cJSON_ArrayForEach(child, item) {
        at = sim_json_skip_space(text, at);
        if (text[at] == ',')
            at = sim_json_skip_space(text, at + 1);
        if (cJSON_IsObject(item)) {
            at = sim_json_skip_space(text, sim_json_skip_scalar(text, at));
            at = sim_json_skip_space(text, at + 1);
        }
        at = set_offsets(document, child, at);
    }
    return sim_json_skip_space(text, at) + 1;
}

static int compare_keys(const void *a, const void *b) {
    const cJSON *x = *(const cJSON *const *)a;
    const cJSON *y = *(const cJSON *const *)b;
    int order = strcmp(x->string, y->string);
    return order != 0 ? order : x->valueint < y->valueint ? -1 : x->valueint > y->valueint;
}

/* 0 once there are more faults than will be printed: counting lines for all of them would take
 * quadratic time. */
static size_t line_of(const sim_document *document, size_t offset) {
    size_t line = 1;
    if (document->faults.total >= SIM_FAULTS_PRINTED)
        return 0;
    for (size_t i = 0; i < offset; i++)
        line += document->text[i] == '\n';
    return line;
}

/* Sorting keeps an object of very many members from taking quadratic time. */
static int check_keys(sim_document *document, const cJSON *object, size_t count) {
    const cJSON **members = sim_alloc(count * sizeof *members);
    if (members == NULL)
        return CAD_ENOMEM;
    size_t used = 0;
    const cJSON *child;
    cJSON_ArrayForEach(child, object) members[used++] = child;
    qsort(members, count, sizeof *members, compare_keys);
    for (size_t i = 1, first = 0; i < count; i++) {
        sim_node node = {document, members[i]};
        sim_node earlier = {document, members[first]};
        if (strcmp(members[first]->string, members[i]->string) != 0)
            first = i;
        else
            (void)sim_node_key_fault(&node, "the key \"%s\" stands twice, first on line %zu",
                                     members[i]->string,
                                     line_of(document, sim_node_key_offset(&earlier)));
    }
    sim_free(members);
    return 0;
}

static int check_all_keys(sim_document *document, const cJSON *item) {
    size_t count = 0;
    int error = 0;
    const cJSON *child;
    cJSON_ArrayForEach(child, item) {
        count++;
        if (error == 0 && child->child != NULL)
            error = check_all_keys(document, child);
    }
    if (error == 0 && count > 1 && cJSON_IsObject(item))
        error = check_keys(document, item, count);
    return error;
}

/* --- Loading --------------------------------------------------------------------------------- */

/* The document takes over the text. */
static int parse(sim_document *document, char *text, size_t size) {
    sim_json_fault fault;
    char message[128];
    document->text = text;
    document->size = size;
    if (size > SIM_DOCUMENT_MAX_BYTES) {
        snprintf(message, sizeof message, "the document is larger than %zu MiB",
                 SIM_DOCUMENT_MAX_BYTES >> 20);
        return sim_faults_add(&document->faults, SIM_NOWHERE, NULL, message);
    }
    if (!sim_json_check(text, size, SIM_DOCUMENT_MAX_DEPTH, MAX_VALUES, &fault))
        return sim_faults_add(&document->faults, (uint32_t)fault.offset, NULL, fault.message);
    document->root = cJSON_ParseWithLength(text, size);
    if (document->root == NULL)
        return CAD_ENOMEM; /* of what has passed the check, cJSON refuses nothing */
    (void)set_offsets(document, document->root, sim_json_skip_space(text, 0));
    return check_all_keys(document, document->root);
}

static int finish(sim_document *document, int error, sim_document **result) {
    if (error == 0 || error == CAD_EINVAL) {
        if (document->faults.out_of_memory)
            error = CAD_ENOMEM;
    }
    if (error == CAD_ENOMEM) {
        sim_document_free(document);
        document = NULL;
    }
    *result = document;
    return error;
}

int sim_document_parse(const char *name, const char *text, size_t size, sim_document **document) {
    sim_document *made = new_document(name);
    char *copy = sim_strndup(text, size);
    if (made == NULL || copy == NULL) {
        sim_free(copy);
        return finish(made, CAD_ENOMEM, document);
    }
    return finish(made, parse(made, copy, size), document);
}

int sim_document_load(const char *path, sim_document **document) {
    bool standard = strcmp(path, "-") == 0;
    sim_document *made = new_document(standard ? "<stdin>" : path);
    if (made == NULL)
        return finish(NULL, CAD_ENOMEM, document);
    sim_buffer buffer = {0};
    FILE *file = standard ? stdin : fopen(path, "rb");
    int error = file != NULL ? read_file(file, &buffer) : CAD_ESYSTEM;
    int reason = errno;
    if (file != NULL && !standard)
        fclose(file);
    if (error == 0)
        return finish(made, parse(made, buffer.data, buffer.length), document);
    sim_buffer_free(&buffer);
    if (error == CAD_ESYSTEM) {
        char message[256];
        snprintf(message, sizeof message, "cannot be read: %s", strerror(reason));
        (void)sim_faults_add(&made->faults, SIM_NOWHERE, NULL, message);
    }
    return finish(made, error, document);
}

sim_node sim_document_root(sim_document *document) {
    return (sim_node){document, document->root};
}

int sim_document_status(const sim_document *document) {
    return sim_faults_status(&document->faults);
}

int sim_document_format_faults(sim_document *document, sim_buffer *buffer) {
    return sim_faults_format(&document->faults, document->name,
                             document->text != NULL ? document->text : "", document->root != NULL,
                             buffer);
}

int sim_document_print_faults(sim_document *document, FILE *file) {
    sim_buffer buffer = {0};
    int error = sim_document_format_faults(document, &buffer);
    if (error == 0 && buffer.length > 0)
        fwrite(buffer.data, 1, buffer.length, file);
    sim_buffer_free(&buffer);
    return error;
}

int sim_document_format_place(const sim_document *document, uint32_t offset, sim_buffer *buffer) {
    sim_locator *locator = sim_alloc(sizeof *locator);
    if (locator == NULL)
        return CAD_ENOMEM;
    sim_locator_start(locator, document->text);
    sim_locator_seek(locator, offset, true);
    int error =
        sim_buffer_format(buffer, "%s:%zu:%zu", document->name, locator->line, locator->column);
    size_t before = buffer->length;
    if (error == 0)
        error = sim_buffer_append(buffer, ": ", 2);
    if (error == 0)
        error = sim_locator_pointer(locator, buffer);
    if (error == 0 && buffer->length == before + 2) {
        buffer->length = before; /* the document itself has no pointer */
        buffer->data[before] = '\0';
    }
    sim_free(locator);
    return error;
}

/* --- Walking --------------------------------------------------------------------------------- */

enum sim_type sim_node_type(const sim_node *node) {
    switch (node->item->type & 0xff) {
    case cJSON_False:
    case cJSON_True:
        return SIM_BOOLEAN;
    case cJSON_Number:
        return SIM_NUMBER;
    case cJSON_String:
        return SIM_STRING;
    case cJSON_Array:
        return SIM_ARRAY;
    case cJSON_Object:
        return SIM_OBJECT;
    default:
        return SIM_NULL;
    }
}

const char *sim_type_name(enum sim_type type) {
    static const char *const names[] = {
        [SIM_NULL] = "null",       [SIM_BOOLEAN] = "a boolean", [SIM_NUMBER] = "a number",
        [SIM_STRING] = "a string", [SIM_ARRAY] = "an array",    [SIM_OBJECT] = "an object",
    };
    return names[type];
}

bool sim_node_member(const sim_node *object, const char *name, sim_node *member) {
    cJSON *item = cJSON_GetObjectItemCaseSensitive(object->item, name);
    if (item == NULL || sim_node_type(object) != SIM_OBJECT)
        return false;
    *member = (sim_node){object->document, item};
    return true;
}

bool sim_node_first(const sim_node *parent, sim_node *child) {
    cJSON *item = parent->item->child;
    if (item == NULL)
        return false;
    *child = (sim_node){parent->document, item};
    return true;
}

bool sim_node_next(sim_node *child) {
    if (child->item->next == NULL)
        return false;
    child->item = child->item->next;
    return true;
}

size_t sim_node_count(const sim_node *parent) {
    size_t count = 0;
    const cJSON *child;
    cJSON_ArrayForEach(child, parent->item) count++;
    return count;
}

const char *sim_node_key(const sim_node *member) {
    return member->item->string;
}

uint32_t sim_node_offset(const sim_node *node) {
    return (uint32_t)node->item->valueint;
}

uint32_t sim_node_key_offset(const sim_node *member) {
    uint32_t at = sim_node_offset(member);
    const char *text = member->document->text;
    if (member->item->string == NULL)
        return at;
    /* Back over white space and the colon to the key's closing quote, then to the quote that no
     * backslash stands before: the opening one. */
    while (text[--at] != '"')
        continue;
    do {
        at--;
    } while (text[at] != '"' || text[at - 1] == '\\');
    return at;
}

/* --- Faults ---------------------------------------------------------------------------------- */

/* Cuts a message that did not fit between two characters, and marks it. */
static void trim(char *message, size_t size, int length) {
    if (length < 0 || (size_t)length < size)
        return;
    size_t at = size - 4;
    while (((unsigned char)message[at] & 0xc0) == 0x80)
        at--;
    memcpy(message + at, "...", 4);
}

static int add_fault(const sim_node *node, uint32_t offset, const char *format, va_list arguments) {
    char message[512];
    int length = vsnprintf(message, sizeof message, format, arguments);
    trim(message, sizeof message, length);
    return sim_faults_add(&node->document->faults, offset, NULL, message);
}

int sim_node_fault(const sim_node *node, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int error = add_fault(node, sim_node_offset(node), format, arguments);
    va_end(arguments);
    return error;
}

int sim_node_key_fault(const sim_node *member, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int error = add_fault(member, sim_node_key_offset(member), format, arguments);
    va_end(arguments);
    return error;
}

int sim_node_unknown(const sim_node *node, const char *what, const char *name,
                     const sim_suggestion *suggestion) {
    if (suggestion == NULL || suggestion->best == NULL)
        return sim_node_fault(node, "unknown %s \"%s\"", what, name);
    return sim_node_fault(node, "unknown %s \"%s\"; did you mean \"%s\"?", what, name,
                          suggestion->best);
}

int sim_node_key_unknown(const sim_node *member, const char *what, const char *name,
                         const sim_suggestion *suggestion) {
    if (suggestion == NULL || suggestion->best == NULL)
        return sim_node_key_fault(member, "unknown %s \"%s\"", what, name);
    return sim_node_key_fault(member, "unknown %s \"%s\"; did you mean \"%s\"?", what, name,
                              suggestion->best);
}

int sim_node_string_fault(const sim_node *string, size_t start, size_t length, size_t at,
                          size_t marked, const char *message) {
    const char *text = string->document->text;
    size_t raw = sim_node_offset(string) + 1;
    for (size_t decoded = 0; decoded < at && text[raw] != '"';) {
        char utf8[4];
        size_t bytes;
        raw += sim_json_character(text + raw, utf8, &bytes);
        decoded += bytes;
    }
    sim_excerpt excerpt = {
        .text = string->item->valuestring + start,
        .length = length,
        .at = at - start,
        .marked = marked,
    };
    return sim_faults_add(&string->document->faults, (uint32_t)raw, &excerpt, message);
}

/* --- Checks ---------------------------------------------------------------------------------- */

int sim_node_require(const sim_node *object, const char *name, sim_node *member) {
    if (sim_node_member(object, name, member))
        return 0;
    return sim_node_fault(object, "missing member \"%s\"", name);
}

int sim_node_only(const sim_node *object, const char *const *names, size_t count) {
    int error = 0;
    sim_node member;
    for (bool more = sim_node_first(object, &member); more; more = sim_node_next(&member)) {
        const char *key = sim_node_key(&member);
        size_t i = 0;
        while (i < count && strcmp(names[i], key) != 0)
            i++;
        if (i < count)
            continue;
        sim_suggestion suggestion;
        sim_suggestion_start(&suggestion, key, strlen(key));
        for (i = 0; i < count; i++)
            sim_suggestion_offer(&suggestion, names[i]);
        error = sim_node_key_unknown(&member, "member", key, &suggestion);
    }
    return error;
}

static int check_type(const sim_node *node, enum sim_type type) {
    enum sim_type found = sim_node_type(node);
    if (found == type)
        return 0;
    return sim_node_fault(node, "expected %s, found %s", sim_type_name(type), sim_type_name(found));
}

int sim_node_object(const sim_node *node) {
    return check_type(node, SIM_OBJECT);
}

int sim_node_array(const sim_node *node) {
    return check_type(node, SIM_ARRAY);
}

int sim_node_string(const sim_node *node, const char **text) {
    int error = check_type(node, SIM_STRING);
    if (error == 0)
        *text = node->item->valuestring;
    return error;
}

int sim_node_boolean(const sim_node *node, bool *value) {
    enum sim_type found = sim_node_type(node);
    if (found != SIM_BOOLEAN)
        return sim_node_fault(node, "expected true or false, found %s", sim_type_name(found));
    *value = cJSON_IsTrue(node->item);
    return 0;
}

int sim_node_number(const sim_node *node, double *value) {
    int error = check_type(node, SIM_NUMBER);
    if (error == 0)
        *value = node->item->valuedouble;
    return error;
}

int sim_node_whole(const sim_node *node, int64_t least, int64_t most, int64_t *value) {
    double number;
    enum sim_type found = sim_node_type(node);
    if (found != SIM_NUMBER)
        return sim_node_fault(node, "expected a whole number, found %s", sim_type_name(found));
    number = node->item->valuedouble;
    char text[SIM_NUMBER_TEXT];
    sim_number_format(number, text);
    if (number != floor(number))
        return sim_node_fault(node, "expected a whole number, found %s", text);
    if (number < (double)least || number > (double)most)
        return sim_node_fault(node, "expected a whole number from %lld to %lld, found %s",
                              (long long)least, (long long)most, text);
    *value = (int64_t)number;
    return 0;
}

int sim_node_choice(const sim_node *node, const char *what, const char *const *names, size_t count,
                    size_t *index) {
    const char *text;
    int error = sim_node_string(node, &text);
    if (error != 0)
        return error;
    sim_suggestion suggestion;
    sim_suggestion_start(&suggestion, text, strlen(text));
    for (size_t i = 0; i < count; i++) {
        sim_suggestion_offer(&suggestion, names[i]);
        if (strcmp(names[i], text) == 0) {
            *index = i;
            return 0;
        }
    }
    if (suggestion.best != NULL)
        return sim_node_unknown(node, what, text, &suggestion);
    char list[256] = "";
    size_t length = 0;
    for (size_t i = 0; i < count && length < sizeof list - 1; i++)
        length += (size_t)snprintf(list + length, sizeof list - length, "%s\"%s\"",
                                   i == 0          ? ""
                                   : i + 1 < count ? ", "
                                                   : " or ",
                                   names[i]);
    return sim_node_fault(node, "unknown %s \"%s\": expected %s", what, text, list);
}
