// The least that can answer FastCGI: one process, epoll, kept connections, the same bytes for every request.
// It follows records only to know where a request ends, and trusts its peer, which is nginx and nobody else.
// Usage: responder SOCKET-PATH BODY-FILE
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BEGIN_REQUEST = 1, END_REQUEST = 3, STDIN = 5, STDOUT = 6 };
enum { HEADER = 8, KEEP_CONN_BYTE = 2, CONTENT_MAX = 32768, EVENTS = 256, BACKLOG = 1024 };

struct connection {
  int fd;
  uint8_t header[HEADER];
  size_t header_length;
  size_t content_left; // of the current record
  size_t padding_left;
  size_t content_seen;
  int keep;
  size_t sent; // of the answer
  int is_answering;
};

static uint8_t *answer;
static size_t answer_length;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static uint8_t *write_header(uint8_t *out, int type, size_t length) {
  const uint8_t header[HEADER] = {1, (uint8_t)type, 0, 1, (uint8_t)(length >> 8), (uint8_t)length, 0, 0};
  memcpy(out, header, HEADER);
  return out + HEADER;
}

// nginx sends one request at a time on a connection, always with id 1, so the whole answer is known in advance.
static void prepare_answer(const char *path) {
  int fd = open(path, O_RDONLY);
  struct stat file;
  if (fd < 0 || fstat(fd, &file) < 0) fail(path);
  size_t body_length = (size_t)file.st_size;
  char head[128];
  size_t head_length = (size_t)snprintf(head, sizeof head,
      "Content-Type: text/plain\r\nContent-Length: %zu\r\n\r\n", body_length);
  size_t length = head_length + body_length;
  uint8_t *content = malloc(length);
  answer = malloc(length + (length / CONTENT_MAX + 4) * HEADER);
  if (!content || !answer) fail("malloc");
  memcpy(content, head, head_length);
  for (size_t at = head_length; at < length;) {
    ssize_t count = read(fd, content + at, length - at);
    if (count <= 0) fail("read");
    at += (size_t)count;
  }
  uint8_t *out = answer;
  for (size_t at = 0; at < length;) {
    size_t size = length - at < CONTENT_MAX ? length - at : CONTENT_MAX;
    out = write_header(out, STDOUT, size);
    memcpy(out, content + at, size);
    out += size;
    at += size;
  }
  out = write_header(out, STDOUT, 0);
  out = write_header(out, END_REQUEST, 8);
  memset(out, 0, 8);
  answer_length = (size_t)(out + 8 - answer);
  free(content);
  close(fd);
}

static void set_events(int epoll, struct connection *connection, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = connection};
  if (epoll_ctl(epoll, operation, connection->fd, &event) < 0) fail("epoll_ctl");
}

// Returns 0 when the connection has to be closed.
static int send_answer(int epoll, struct connection *connection) {
  while (connection->sent < answer_length) {
    ssize_t count = send(connection->fd, answer + connection->sent, answer_length - connection->sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EAGAIN) {
      if (!connection->is_answering) set_events(epoll, connection, EPOLL_CTL_MOD, EPOLLOUT);
      connection->is_answering = 1;
      return 1;
    }
    if (count < 0) return 0;
    connection->sent += (size_t)count;
  }
  if (connection->is_answering) set_events(epoll, connection, EPOLL_CTL_MOD, EPOLLIN);
  connection->is_answering = 0;
  connection->sent = 0;
  return connection->keep;
}

static int ends_request(const struct connection *connection) {
  const uint8_t *header = connection->header;
  return header[1] == STDIN && header[4] == 0 && header[5] == 0;
}

// Returns 0 when the connection has to be closed.
static int receive(int epoll, struct connection *connection) {
  static uint8_t buffer[65536];
  ssize_t count = read(connection->fd, buffer, sizeof buffer);
  if (count < 0) return errno == EAGAIN;
  if (count == 0) return 0;
  for (size_t at = 0, length = (size_t)count; at < length;) {
    if (connection->content_left > 0) {
      size_t size = length - at < connection->content_left ? length - at : connection->content_left;
      if (connection->header[1] == BEGIN_REQUEST && connection->content_seen <= KEEP_CONN_BYTE &&
          connection->content_seen + size > KEEP_CONN_BYTE)
        connection->keep = buffer[at + KEEP_CONN_BYTE - connection->content_seen] & 1;
      connection->content_seen += size;
      connection->content_left -= size;
      at += size;
    } else if (connection->padding_left > 0) {
      size_t size = length - at < connection->padding_left ? length - at : connection->padding_left;
      connection->padding_left -= size;
      at += size;
    } else {
      connection->header[connection->header_length++] = buffer[at++];
      if (connection->header_length < HEADER) continue;
      connection->header_length = 0;
      connection->content_seen = 0;
      connection->content_left = (size_t)(connection->header[4] << 8 | connection->header[5]);
      connection->padding_left = connection->header[6];
      if (ends_request(connection) && !send_answer(epoll, connection)) return 0;
    }
  }
  return 1;
}

static int listen_at(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) fail("path too long");
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, BACKLOG) < 0) fail(path);
  return fd;
}

static void accept_all(int epoll, int listener) {
  for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
    struct connection *connection = calloc(1, sizeof *connection);
    if (!connection) fail("calloc");
    connection->fd = fd;
    set_events(epoll, connection, EPOLL_CTL_ADD, EPOLLIN);
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  prepare_answer(argv[2]);
  int epoll = epoll_create1(0);
  struct connection listener = {.fd = listen_at(argv[1])};
  set_events(epoll, &listener, EPOLL_CTL_ADD, EPOLLIN);
  for (;;) {
    struct epoll_event events[EVENTS];
    int count = epoll_wait(epoll, events, EVENTS, -1);
    for (int index = 0; index < count; index++) {
      struct connection *connection = events[index].data.ptr;
      if (connection == &listener) {
        accept_all(epoll, listener.fd);
        continue;
      }
      int stays = connection->is_answering ? send_answer(epoll, connection) : receive(epoll, connection);
      if (!stays) {
        close(connection->fd);
        free(connection);
      }
    }
  }
}
