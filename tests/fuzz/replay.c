/* replay DIRECTORY...: gives every file of the directories to a fuzz target, once. So each build
 * runs the corpus, with any compiler.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The whole of a file; NULL where it is none. */
static uint8_t *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    uint8_t *data = NULL;
    if (fseek(file, 0, SEEK_END) == 0) {
        long length = ftell(file);
        rewind(file);
        /* Exactly as large as the input, so that reading beyond it is noticed. */
        if (length >= 0 && length < 1L << 30 && (data = malloc((size_t)length + (length == 0))))
            *size = fread(data, 1, (size_t)length, file);
    }
    fclose(file);
    return data;
}

static size_t replay(const char *directory) {
    char path[4096];
    size_t count = 0;
    DIR *entries = opendir(directory);
    if (entries == NULL) {
        perror(directory);
        exit(1);
    }
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        size_t size = 0;
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        uint8_t *data = read_file(path, &size);
        if (data == NULL) {
            perror(path);
            exit(1);
        }
        (void)LLVMFuzzerTestOneInput(data, size);
        free(data);
        count++;
    }
    closedir(entries);
    return count;
}

int main(int argc, char **argv) {
    size_t count = 0;
    for (int i = 1; i < argc; i++)
        count += replay(argv[i]);
    printf("%zu inputs\n", count);
    return count > 0 ? 0 : 1; /* a corpus that was not found tests nothing */
}
