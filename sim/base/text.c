/* UTF-8, what a text takes on a terminal, and what hashes of this process begin with. */
#include "base/text.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>

size_t base_utf8_length(const unsigned char *text, size_t length) {
    /* Unicode, table 3-7. */
    static const struct {
        unsigned char first_low, first_high, second_low, second_high, size;
    } rows[] = {
        {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
        {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
        {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    if (text[0] < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (text[0] < rows[i].first_low || text[0] > rows[i].first_high)
            continue;
        if (length < rows[i].size || text[1] < rows[i].second_low || text[1] > rows[i].second_high)
            return 0;
        for (size_t k = 2; k < rows[i].size; k++)
            if ((text[k] & 0xC0) != 0x80)
                return 0;
        return rows[i].size;
    }
    return 0;
}

uint32_t base_utf8_decode(const char *text, size_t length) {
    const unsigned char *byte = (const unsigned char *)text;
    static const unsigned char first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = byte[0] & first_bits[length];
    for (size_t i = 1; i < length; i++)
        code = code << 6 | (byte[i] & 0x3f);
    return code;
}

size_t base_utf8_encode(uint32_t code, char utf8[4]) {
    if (code < 0x80) {
        utf8[0] = (char)code;
        return 1;
    }
    size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        utf8[i] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    utf8[0] = (char)(first[length] | code);
    return length;
}

bool base_is_control(uint32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C ||
           (code >= 0x200E && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0xFFFE || code == 0xFFFF;
}

/* Combining marks take none, and what East Asian Width calls wide or full, and emoji, take two. */
static size_t character_width(uint32_t code) {
    static const uint32_t wide[][2] = {
        {0x1100, 0x115F},   {0x2E80, 0xA4CF},   {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
        {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F},
        {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
    };
    if ((code >= 0x300 && code <= 0x36F) || code == 0x200D || (code >= 0xFE00 && code <= 0xFE0F))
        return 0;
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (code >= wide[i][0] && code <= wide[i][1])
            return 2;
    return 1;
}

size_t base_text_width(const char *text) {
    size_t width = 0, left = strlen(text);
    while (left > 0) {
        size_t length = base_utf8_length((const unsigned char *)text, left);
        if (length == 0)
            break;
        width += character_width(base_utf8_decode(text, length));
        text += length;
        left -= length;
    }
    return width;
}

/* --- Hashes ----------------------------------------------------------------------------------- */

uint64_t base_hash_key(void) {
    static _Atomic uint64_t key; /* 0: not known yet; all threads find the same */
    uint64_t known = atomic_load_explicit(&key, memory_order_relaxed);
    if (known != 0)
        return known;
    const void *random = (const void *)getauxval(AT_RANDOM); /* the kernel's, for each process */
    if (random != NULL)
        memcpy(&known, random, sizeof known);
    known |= 1;
    atomic_store_explicit(&key, known, memory_order_relaxed);
    return known;
}
