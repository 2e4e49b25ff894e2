/* Documents: read, checked, and walked. */
#include "document/document.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "cadran.h"
#include "document/json.h"
#include "document/place.h"

/* A value takes some 150 bytes while it is read; with this many a document stays within a few
 * hundred megabytes. */
#define MAX_VALUES ((size_t)4000000)

static_assert(DOC_MAX_BYTES < UINT32_MAX, "offsets are kept in 32 bits");
static_assert(DOC_MAX_DEPTH <= DOC_JSON_MAX_DEPTH, "the syntax check has a depth limit");

/* --- Reading --------------------------------------------------------------------------------- */

/* Reads all of a file, up to one byte more than a document may have. 0, CAD_ENOMEM, or
 * CAD_ESYSTEM with errno. */
static int read_file(FILE *file, base_buffer *buffer) {
    char chunk[16384];
    size_t length;
    while ((length = fread(chunk, 1, sizeof chunk, file)) > 0) {
        if (base_buffer_append(buffer, chunk, length) != 0)
            return CAD_ENOMEM;
        if (buffer->length > DOC_MAX_BYTES)
            return 0;
    }
    return ferror(file) ? CAD_ESYSTEM : base_buffer_append(buffer, "", 0);
}

static doc_document *new_document(const char *name) {
    doc_document *document = base_zalloc(1, sizeof *document);
    if (document == NULL)
        return NULL;
    document->name = base_strndup(name, strlen(name));
    if (document->name == NULL) {
        base_free(document);
        return NULL;
    }
    return document;
}

void doc_free(doc_document *document) {
    if (document == NULL)
        return;
    doc_tree_free(&document->tree);
    doc_faults_free(&document->faults);
    base_free(document->text);
    base_free(document->name);
    base_free(document);
}

/* --- Keys that stand twice, numbers that are too large ---------------------------------------- */

static int compare_keys(const void *a, const void *b) {
    const doc_item *x = *(const doc_item *const *)a;
    const doc_item *y = *(const doc_item *const *)b;
    int order = strcmp(x->key, y->key);
    return order != 0 ? order : x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* 0 once there are more faults than will be printed: counting lines for all of them would take
 * quadratic time. */
static size_t line_of(const doc_document *document, size_t offset) {
    size_t line = 1;
    if (document->faults.total >= DOC_FAULTS_PRINTED)
        return 0;
    for (size_t i = 0; i < offset; i++)
        line += document->text[i] == '\n';
    return line;
}

/* Sorting keeps an object of very many members from taking quadratic time. */
static int check_keys(doc_document *document, const doc_item *object) {
    const doc_item **members = base_alloc(object->count * sizeof *members);
    if (members == NULL)
        return CAD_ENOMEM;
    const doc_item *member = &document->tree.items[object->first];
    for (size_t i = 0; i < object->count; i++) {
        members[i] = member;
        member = &document->tree.items[member->next];
    }
    qsort(members, object->count, sizeof *members, compare_keys);
    for (size_t i = 1, first = 0; i < object->count; i++) {
        doc_node node = {document, members[i]};
        if (strcmp(members[first]->key, members[i]->key) != 0)
            first = i;
        else
            (void)doc_node_key_fault(&node, "the key \"%s\" stands twice, first on line %zu",
                                     members[i]->key,
                                     line_of(document, members[first]->key_offset));
    }
    base_free(members);
    return 0;
}

static int check_items(doc_document *document) {
    int error = 0;
    for (size_t i = 0; error == 0 && i < document->tree.count; i++) {
        const doc_item *item = &document->tree.items[i];
        if (item->type == DOC_NUMBER && isinf(item->number))
            (void)doc_faults_add(&document->faults, item->offset, NULL,
                                 "the number is too large for a double (about 1.8e308)");
        if (item->type == DOC_OBJECT && item->count > 1)
            error = check_keys(document, item);
    }
    return error;
}

/* --- Loading --------------------------------------------------------------------------------- */

/* The document takes over the text. */
static int parse(doc_document *document, char *text, size_t size) {
    doc_json_places places;
    doc_json_fault fault;
    char message[128];
    document->text = text;
    document->size = size;
    if (size > DOC_MAX_BYTES) {
        snprintf(message, sizeof message, "the document is larger than %zu MiB",
                 DOC_MAX_BYTES >> 20);
        return doc_faults_add(&document->faults, DOC_NOWHERE, NULL, message);
    }
    int error = doc_json_check(text, size, DOC_MAX_DEPTH, MAX_VALUES, &places, &fault);
    if (error == 0)
        error = doc_tree_read_json(&document->tree, text, size, &places);
    base_free(places.list);
    if (error == CAD_EINVAL)
        return doc_faults_add(&document->faults, (uint32_t)fault.offset, NULL, fault.message);
    return error != 0 ? error : check_items(document);
}

static int finish(doc_document *document, int error, doc_document **result) {
    if ((error == 0 || error == CAD_EINVAL) && document->faults.out_of_memory)
        error = CAD_ENOMEM;
    if (error == CAD_ENOMEM) {
        doc_free(document);
        document = NULL;
    }
    *result = document;
    return error;
}

int doc_parse(const char *name, const char *text, size_t size, doc_document **document) {
    doc_document *made = new_document(name);
    char *copy = base_strndup(text, size);
    if (made == NULL || copy == NULL) {
        base_free(copy);
        return finish(made, CAD_ENOMEM, document);
    }
    return finish(made, parse(made, copy, size), document);
}

/* Whether the computer is at fault, and not who named the file. */
static bool is_environment(int reason) {
    return reason == EMFILE || reason == ENFILE || reason == ENOMEM || reason == EIO;
}

int doc_load(const char *path, doc_document **document) {
    bool standard = strcmp(path, "-") == 0;
    doc_document *made = new_document(standard ? "<stdin>" : path);
    if (made == NULL)
        return finish(NULL, CAD_ENOMEM, document);
    base_buffer buffer = {0};
    FILE *file = standard ? stdin : fopen(path, "rb");
    int error = file != NULL ? read_file(file, &buffer) : CAD_ESYSTEM;
    int reason = errno;
    if (file != NULL && !standard)
        fclose(file);
    if (error == 0)
        return finish(made, parse(made, buffer.data, buffer.length), document);
    base_buffer_free(&buffer);
    if (error == CAD_ESYSTEM) {
        char message[256];
        snprintf(message, sizeof message, "cannot be read: %s", strerror(reason));
        (void)doc_faults_add(&made->faults, DOC_NOWHERE, NULL, message);
        error = is_environment(reason) ? CAD_ESYSTEM : CAD_EINVAL;
    }
    return finish(made, error, document);
}

doc_node doc_root(doc_document *document) {
    return (doc_node){document, document->tree.items};
}

bool doc_is_json(const doc_document *document) {
    return document->tree.count > 0;
}

int doc_status(const doc_document *document) {
    return doc_faults_status(&document->faults);
}

int doc_format_faults(doc_document *document, base_buffer *buffer) {
    return doc_faults_format(&document->faults, document->name,
                             document->text != NULL ? document->text : "", doc_is_json(document),
                             buffer);
}

int doc_print_faults(doc_document *document, FILE *file) {
    base_buffer buffer = {0};
    int error = doc_format_faults(document, &buffer);
    if (error == 0 && buffer.length > 0)
        fwrite(buffer.data, 1, buffer.length, file);
    base_buffer_free(&buffer);
    return error;
}

/* `: /json/pointer`; the document itself has none. */
static int append_pointer(const doc_locator *locator, base_buffer *buffer) {
    size_t before = buffer->length;
    int error = base_buffer_append(buffer, ": ", 2);
    if (error == 0)
        error = doc_locator_pointer(locator, buffer);
    if (error == 0 && buffer->length == before + 2) {
        buffer->length = before;
        buffer->data[before] = '\0';
    }
    return error;
}

static int append_place(const doc_document *document, const char *name, uint32_t offset,
                        bool pointer, base_buffer *buffer) {
    doc_locator *locator = base_alloc(sizeof *locator);
    if (locator == NULL)
        return CAD_ENOMEM;
    doc_locator_start(locator, document->text);
    doc_locator_seek(locator, offset, pointer);
    int error = base_buffer_format(buffer, "%s:%zu:%zu", name, locator->line, locator->column);
    if (error == 0 && pointer)
        error = append_pointer(locator, buffer);
    base_free(locator);
    return error;
}

int doc_format_place(const doc_document *document, uint32_t offset, base_buffer *buffer) {
    return append_place(document, document->name, offset, true, buffer);
}

int doc_format_place_in(const doc_document *document, const char *name, uint32_t offset,
                        base_buffer *buffer) {
    return append_place(document, name, offset, true, buffer);
}

int doc_format_position(const doc_document *document, uint32_t offset, base_buffer *buffer) {
    return append_place(document, document->name, offset, false, buffer);
}

uint32_t doc_string_offset(const doc_document *document, uint32_t string, size_t at) {
    const char *text = document->text;
    size_t raw = (size_t)string + 1;
    for (size_t decoded = 0; decoded < at && text[raw] != '"';) {
        char utf8[4];
        size_t bytes;
        raw += doc_json_character(text + raw, utf8, &bytes);
        decoded += bytes;
    }
    return (uint32_t)raw;
}

int doc_string_append(const doc_document *document, uint32_t string, base_buffer *buffer) {
    int error = base_buffer_append(buffer, "", 0);
    for (const char *raw = document->text + string + 1; *raw != '"' && error == 0;) {
        char utf8[4];
        size_t bytes;
        raw += doc_json_character(raw, utf8, &bytes);
        error = base_buffer_append(buffer, utf8, bytes);
    }
    return error;
}

/* --- Walking --------------------------------------------------------------------------------- */

enum doc_type doc_node_type(const doc_node *node) {
    return node->item->type;
}

const char *doc_type_name(enum doc_type type) {
    static const char *const names[] = {
        [DOC_NULL] = "null",       [DOC_BOOLEAN] = "a boolean", [DOC_NUMBER] = "a number",
        [DOC_STRING] = "a string", [DOC_ARRAY] = "an array",    [DOC_OBJECT] = "an object",
    };
    return names[type];
}

bool doc_node_member(const doc_node *object, const char *name, doc_node *member) {
    doc_node item;
    if (doc_node_type(object) != DOC_OBJECT)
        return false;
    for (bool more = doc_node_first(object, &item); more; more = doc_node_next(&item)) {
        if (strcmp(item.item->key, name) == 0) {
            *member = item;
            return true;
        }
    }
    return false;
}

bool doc_node_first(const doc_node *parent, doc_node *child) {
    uint32_t first = parent->item->first;
    if (first != 0)
        *child = (doc_node){parent->document, &parent->document->tree.items[first]};
    return first != 0;
}

bool doc_node_next(doc_node *child) {
    uint32_t next = child->item->next;
    if (next != 0)
        child->item = &child->document->tree.items[next];
    return next != 0;
}

size_t doc_node_count(const doc_node *parent) {
    return parent->item->count;
}

const char *doc_node_key(const doc_node *member) {
    return member->item->key;
}

uint32_t doc_node_offset(const doc_node *node) {
    return node->item->offset;
}

uint32_t doc_node_key_offset(const doc_node *member) {
    return member->item->key_offset;
}

/* --- Faults ---------------------------------------------------------------------------------- */

/* Room for a list of names in a message. */
enum { LIST_SIZE = 320 };

/* Cuts a message that did not fit between two characters, and marks it. */
static void trim(char *message, size_t size, int length) {
    if (length < 0 || (size_t)length < size)
        return;
    size_t at = size - 4;
    while (((unsigned char)message[at] & 0xc0) == 0x80)
        at--;
    memcpy(message + at, "...", 4);
}

static int add_fault(const doc_node *node, uint32_t offset, const char *format, va_list arguments) {
    char message[512];
    int length = vsnprintf(message, sizeof message, format, arguments);
    trim(message, sizeof message, length);
    return doc_faults_add(&node->document->faults, offset, NULL, message);
}

int doc_node_fault(const doc_node *node, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int error = add_fault(node, doc_node_offset(node), format, arguments);
    va_end(arguments);
    return error;
}

int doc_node_key_fault(const doc_node *member, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int error = add_fault(member, doc_node_key_offset(member), format, arguments);
    va_end(arguments);
    return error;
}

int doc_node_unknown(const doc_node *node, const char *what, const char *name,
                     const base_suggestion *suggestion) {
    if (suggestion == NULL || suggestion->best == NULL)
        return doc_node_fault(node, "unknown %s \"%s\"", what, name);
    return doc_node_fault(node, "unknown %s \"%s\"; did you mean \"%s\"?", what, name,
                          suggestion->best);
}

int doc_node_key_unknown(const doc_node *member, const char *what, const char *name,
                         const base_suggestion *suggestion) {
    if (suggestion == NULL || suggestion->best == NULL)
        return doc_node_key_fault(member, "unknown %s \"%s\"", what, name);
    return doc_node_key_fault(member, "unknown %s \"%s\"; did you mean \"%s\"?", what, name,
                              suggestion->best);
}

/* `"a", "b" or "c"`. */
static void list_names(const char *const *names, size_t count, char *list, size_t size) {
    size_t length = 0;
    list[0] = '\0';
    for (size_t i = 0; i < count && length < size - 1; i++)
        length += (size_t)snprintf(list + length, size - length, "%s\"%s\"",
                                   i == 0          ? ""
                                   : i + 1 < count ? ", "
                                                   : " or ",
                                   names[i]);
}

int doc_node_key_expected(const doc_node *member, const char *what, const char *name,
                          const char *const *names, size_t count) {
    char list[LIST_SIZE];
    list_names(names, count, list, sizeof list);
    return doc_node_key_fault(member, "unknown %s \"%s\": %s%s", what, name,
                              count > 0 ? "expected " : "there is none here", list);
}

int doc_node_string_fault(const doc_node *string, size_t start, size_t length, size_t at,
                          size_t marked, const char *message) {
    uint32_t raw = doc_string_offset(string->document, doc_node_offset(string), at);
    doc_excerpt excerpt = {
        .text = string->item->text + start,
        .length = length,
        .at = at - start,
        .marked = marked,
    };
    return doc_faults_add(&string->document->faults, raw, &excerpt, message);
}

/* --- Checks ---------------------------------------------------------------------------------- */

int doc_node_require(const doc_node *object, const char *name, const char *such_as,
                     doc_node *member) {
    if (doc_node_member(object, name, member))
        return 0;
    return doc_node_fault(object, "missing member \"%s\", as in %s", name, such_as);
}

/* Offers a name that stands for the key, if it is one of them. */
static void offer_meant(base_suggestion *suggestion, const char *const *names, size_t count,
                        const char *name) {
    for (size_t i = 0; i < count && name != NULL && suggestion->best == NULL; i++)
        if (strcmp(names[i], name) == 0)
            suggestion->best = name;
}

/* A member that is none of the names. */
static int fault_member(const doc_node *member, const char *const *names, size_t count, size_t told,
                        const doc_words *words) {
    const char *key = doc_node_key(member);
    base_suggestion suggestion;
    base_suggestion_start(&suggestion, key, strlen(key));
    for (size_t i = 0; i < count; i++)
        base_suggestion_offer(&suggestion, names[i]);
    if (words != NULL)
        offer_meant(&suggestion, names, count, words->meant(key));
    const char *advice = words != NULL ? words->advice(key) : NULL;
    if (suggestion.best != NULL)
        return doc_node_key_unknown(member, "member", key, &suggestion);
    if (advice != NULL)
        return doc_node_key_fault(member, "unknown member \"%s\"; %s", key, advice);
    return doc_node_key_expected(member, "member", key, names, told);
}

int doc_node_only(const doc_node *object, const char *const *names, size_t count, size_t told,
                  const doc_words *words) {
    int error = 0;
    doc_node member;
    for (bool more = doc_node_first(object, &member); more; more = doc_node_next(&member)) {
        const char *key = doc_node_key(&member);
        size_t i = 0;
        while (i < count && strcmp(names[i], key) != 0)
            i++;
        if (i == count)
            error = fault_member(&member, names, count, told, words);
    }
    return error;
}

static int check_type(const doc_node *node, enum doc_type type, const char *such_as) {
    enum doc_type found = doc_node_type(node);
    if (found == type)
        return 0;
    if (such_as == NULL)
        return doc_node_fault(node, "expected %s, found %s", doc_type_name(type),
                              doc_type_name(found));
    return doc_node_fault(node, "expected %s, such as %s, found %s", doc_type_name(type), such_as,
                          doc_type_name(found));
}

int doc_node_object(const doc_node *node, const char *such_as) {
    return check_type(node, DOC_OBJECT, such_as);
}

int doc_node_array(const doc_node *node, const char *such_as) {
    return check_type(node, DOC_ARRAY, such_as);
}

int doc_node_string_like(const doc_node *node, const char *such_as, const char **text) {
    int error = check_type(node, DOC_STRING, such_as);
    if (error == 0)
        *text = node->item->text;
    return error;
}

int doc_node_string(const doc_node *node, const char **text) {
    return doc_node_string_like(node, NULL, text);
}

int doc_node_boolean(const doc_node *node, bool *value) {
    enum doc_type found = doc_node_type(node);
    if (found != DOC_BOOLEAN)
        return doc_node_fault(node, "expected true or false, found %s", doc_type_name(found));
    *value = node->item->truth;
    return 0;
}

int doc_node_number(const doc_node *node, double *value) {
    int error = check_type(node, DOC_NUMBER, NULL);
    if (error == 0)
        *value = node->item->number;
    return error;
}

int doc_node_whole(const doc_node *node, int64_t least, int64_t most, int64_t *value) {
    double number;
    enum doc_type found = doc_node_type(node);
    if (found != DOC_NUMBER)
        return doc_node_fault(node, "expected a whole number, found %s", doc_type_name(found));
    number = node->item->number;
    char text[BASE_NUMBER_TEXT];
    base_number_format(number, text);
    if (number != floor(number))
        return doc_node_fault(node, "expected a whole number, found %s", text);
    if (number < (double)least || number > (double)most)
        return doc_node_fault(node, "expected a whole number from %lld to %lld, found %s",
                              (long long)least, (long long)most, text);
    *value = (int64_t)number;
    return 0;
}

int doc_node_choice(const doc_node *node, const char *what, const char *const *names, size_t count,
                    size_t *index) {
    const char *text;
    int error = doc_node_string(node, &text);
    if (error != 0)
        return error;
    base_suggestion suggestion;
    base_suggestion_start(&suggestion, text, strlen(text));
    for (size_t i = 0; i < count; i++) {
        base_suggestion_offer(&suggestion, names[i]);
        if (strcmp(names[i], text) == 0) {
            *index = i;
            return 0;
        }
    }
    if (suggestion.best != NULL)
        return doc_node_unknown(node, what, text, &suggestion);
    char list[LIST_SIZE];
    list_names(names, count, list, sizeof list);
    return doc_node_fault(node, "unknown %s \"%s\": expected %s", what, text, list);
}
