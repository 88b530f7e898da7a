// An HTTP/1.1 answer as its bytes come.
#ifndef ANSWER_H
#define ANSWER_H
#include <stddef.h>
#include <stdint.h>

enum { HEAD_MAX = 8192 };
enum { UNTIL_CLOSE = -1, CHUNKED = -2 };

// All zero: nothing has come yet.
struct answer {
  char head[HEAD_MAX];
  size_t head_length;
  int has_head, status, closes;
  int64_t body_left; // or one of the two above
  uint64_t body_bytes;
  int chunk_state, is_last_chunk;
  uint64_t chunk_left;
};

void reset_answer(struct answer *answer);

// Returns 1 when the answer is complete, -1 when it cannot be understood, 0 when more has to come.
int take_answer(struct answer *answer, const char *data, size_t length);
#endif
