// Where an answer ends: by its length, by its last chunk, or with the connection.
#define _GNU_SOURCE
#include "answer.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void reset_answer(struct answer *answer) {
  answer->head_length = 0;
  answer->has_head = answer->status = answer->closes = 0;
  answer->body_left = UNTIL_CLOSE;
  answer->body_bytes = answer->chunk_left = 0;
  answer->chunk_state = answer->is_last_chunk = 0;
}

static int has_token(const char *line, const char *name, const char *token) {
  return strncasecmp(line, name, strlen(name)) == 0 && strcasestr(line, token) != NULL;
}

// Returns 0 when the head cannot be understood.
static int read_head(struct answer *answer) {
  char *head = answer->head;
  if (strncmp(head, "HTTP/1.", 7) != 0) return 0;
  answer->status = atoi(head + 9);
  answer->closes = head[7] == '0';
  answer->body_left = answer->status == 204 || answer->status == 304 ? 0 : UNTIL_CLOSE;
  for (char *line = strtok(head, "\r\n"); line; line = strtok(NULL, "\r\n")) {
    if (strncasecmp(line, "content-length:", 15) == 0) answer->body_left = atoll(line + 15);
    else if (has_token(line, "transfer-encoding:", "chunked")) answer->body_left = CHUNKED;
    else if (has_token(line, "connection:", "close")) answer->closes = 1;
  }
  if (answer->body_left == UNTIL_CLOSE) answer->closes = 1;
  answer->has_head = 1;
  return 1;
}

// Follows chunks; returns 1 after the last one. States: 0 size line, 1 data, 2 the line end behind data.
static int read_chunks(struct answer *answer, const char *data, size_t length) {
  for (size_t at = 0; at < length;) {
    if (answer->chunk_state == 1) {
      uint64_t size = length - at < answer->chunk_left ? length - at : answer->chunk_left;
      answer->chunk_left -= size;
      answer->body_bytes += size;
      at += size;
      if (answer->chunk_left == 0) answer->chunk_state = 2;
      continue;
    }
    char byte = data[at++];
    if (answer->chunk_state == 2) {
      if (byte == '\n') {
        if (answer->is_last_chunk) return 1;
        answer->chunk_state = 0;
        answer->chunk_left = 0;
      }
    } else if (byte == '\n') {
      answer->is_last_chunk = answer->chunk_left == 0;
      answer->chunk_state = answer->is_last_chunk ? 2 : 1;
    } else if (byte != '\r') {
      int digit = byte <= '9' ? byte - '0' : (byte | 32) - 'a' + 10;
      answer->chunk_left = answer->chunk_left * 16 + (uint64_t)digit;
    }
  }
  return 0;
}

int take_answer(struct answer *answer, const char *data, size_t length) {
  if (!answer->has_head) {
    size_t before = answer->head_length;
    size_t room = HEAD_MAX - 1 - before;
    size_t size = length < room ? length : room;
    memcpy(answer->head + before, data, size);
    answer->head_length += size;
    answer->head[answer->head_length] = 0;
    char *head_end = strstr(answer->head, "\r\n\r\n");
    if (!head_end) return size < length ? -1 : 0;
    size_t used = (size_t)(head_end + 4 - answer->head) - before;
    head_end[2] = 0;
    if (!read_head(answer)) return -1;
    data += used;
    length -= used;
    if (answer->body_left == 0) return 1;
  }
  if (answer->body_left == CHUNKED) return read_chunks(answer, data, length);
  answer->body_bytes += length;
  if (answer->body_left == UNTIL_CLOSE) return 0;
  answer->body_left -= (int64_t)length;
  return answer->body_left <= 0;
}
