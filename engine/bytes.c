/* Blocks of bytes that reads fill. */
#include <string.h>

#include "bytes.h"
#include "pool.h"

void cad_bytes_free(cad_bytes *bytes) {
    cad__free(bytes->data);
    *bytes = (cad_bytes){0};
}

int cad__bytes_reserve(cad_bytes *bytes, size_t size) {
    size_t capacity = bytes->capacity > 0 ? bytes->capacity : 64;
    if (bytes->capacity > size)
        return 0;
    while (capacity <= size)
        capacity *= 2;
    char *data = cad_realloc(bytes->data, capacity);
    if (data == NULL)
        return CAD_ENOMEM;
    bytes->data = data;
    bytes->capacity = capacity;
    return 0;
}
