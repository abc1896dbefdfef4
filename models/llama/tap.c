/* What models/llama/chosen.py does in Python, for each tensor of each graph: so often that Python's
 * calls cost a tiny model a tenth of its time. It is compiled when experts are counted. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* How a ggml_tensor begins; see ggml.h. */
struct tensor {
    int type;
    void *buffer;
    int64_t ne[4];
    size_t nb[4];
};

/* Before the bytes of each tensor that was read. */
struct entry {
    int64_t layer, type, used, tokens, step, bytes;
};

struct tap {
    const char *(*name)(const struct tensor *);
    size_t (*bytes)(const struct tensor *);
    void (*copy)(const struct tensor *, void *, size_t, size_t);
    char *room; /* entries, each with its bytes */
    size_t size, used;
    int failed; /* there was no memory; nothing is read any more */
};

static const char CHOSEN[] = "ffn_moe_topk-";

static bool room_for(struct tap *tap, size_t bytes) {
    if (tap->used + bytes <= tap->size) {
        return true;
    }
    size_t size = 2 * (tap->used + bytes);
    char *room = realloc(tap->room, size);
    if (room == NULL) {
        return false;
    }
    tap->room = room;
    tap->size = size;
    return true;
}

/* llama.cpp's cb_eval. Asked: whether the tensor is wanted. Else it is there; false would stop the
 * decode. */
bool cadre_tap_see(const struct tensor *tensor, bool asked, struct tap *tap) {
    if (tap->failed) {
        return !asked;
    }
    const char *name = tap->name(tensor);
    size_t length = sizeof CHOSEN - 1;
    if (strncmp(name, CHOSEN, length) != 0) {
        return false;
    }
    char *end;
    long layer = strtol(name + length, &end, 10);
    if (end == name + length || *end != '\0') {
        return false;
    }
    if (asked) {
        return true;
    }
    size_t bytes = tensor->ne[1] > 0 ? tap->bytes(tensor) : 0;
    struct entry entry = {layer, tensor->nb[0] == sizeof(int32_t) ? tensor->type : -1,
                          tensor->ne[0], tensor->ne[1], (int64_t)tensor->nb[1], (int64_t)bytes};
    if (!room_for(tap, sizeof entry + bytes)) {
        tap->failed = 1;
        return true;
    }
    memcpy(tap->room + tap->used, &entry, sizeof entry);
    tap->used += sizeof entry;
    if (bytes > 0) {
        tap->copy(tensor, tap->room + tap->used, 0, bytes);
    }
    tap->used += bytes;
    return true;
}

void cadre_tap_free(struct tap *tap) {
    free(tap->room);
    tap->room = NULL;
    tap->size = tap->used = 0;
}
