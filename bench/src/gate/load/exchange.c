// One request after another on connections that are kept; what becomes of each is written down.
#define _GNU_SOURCE
#include "exchange.h"
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 1 << 18, FAR_SEGMENT = 1460, FAR_RECEIVE_BUFFER = 4096, OPEN_MAX = 1 << 16 };

struct run run;
static char scratch[BUFFER], filler[BUFFER];
// Those of open classes: they are freed after the batch of events that may still name them.
static struct connection *all_open[OPEN_MAX];
static size_t all_open_count;

void fail(const char *what) {
  perror(what);
  exit(1);
}

uint64_t now_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return ((uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec - run.start_ns) / 1000;
}

double random_unit(void) { // xorshift64*; above 0, up to 1
  run.random_state ^= run.random_state >> 12;
  run.random_state ^= run.random_state << 25;
  run.random_state ^= run.random_state >> 27;
  return (double)(((run.random_state * 2685821657736338717u) >> 11) + 1) / 9007199254740992.0;
}

static void close_socket(struct connection *connection) {
  if (connection->fd >= 0) close(connection->fd);
  connection->fd = -1;
}

static void leave_flight(struct connection *connection) {
  struct class *class = connection->class;
  if (connection->earlier) connection->earlier->later = connection->later;
  else class->first = connection->later;
  if (connection->later) connection->later->earlier = connection->earlier;
  else class->last = connection->earlier;
  connection->is_running = 0;
}

void note(struct connection *connection, enum outcome outcome) {
  uint64_t now = now_us();
  struct record record = {
      .planned_us = (uint32_t)connection->began_us,
      .latency_us = (uint32_t)(now - connection->began_us),
      .body_bytes = (uint32_t)connection->answer.body_bytes,
      .status = (uint16_t)connection->answer.status,
      .class = connection->class->index,
      .outcome = (uint8_t)(outcome | (connection->has_retried ? RETRIED : 0)),
  };
  if (fwrite(&record, sizeof record, 1, run.records) != 1) fail("records");
}

int may_begin(const struct class *class, uint64_t now) {
  return now < class->until_us && (class->most == 0 || class->begun < class->most);
}

void end(struct connection *connection, enum outcome outcome) {
  struct class *class = connection->class;
  note(connection, outcome);
  leave_flight(connection);
  class->ended++;
  int is_kept = outcome == ANSWERED && !connection->answer.closes && connection->uploaded == connection->upload &&
                connection->request_sent == connection->request_length;
  if (!is_kept) close_socket(connection);
  if (class->is_open) {
    if (is_kept) {
      connection->below = class->idle;
      class->idle = connection;
    } else {
      connection->class = NULL; // Freed by whoever handles its event; see reap.
    }
    return;
  }
  uint64_t now = now_us();
  int was_served = outcome == ANSWERED && connection->answer.status < 400;
  if (!may_begin(class, now)) return;
  if (!was_served && class->pause_us > 0) connection->wake_us = now + class->pause_us;
  else if (class->pace > 0 || outcome != ANSWERED) connection->wake_us = now; // by the next scan: no recursion
  else begin(connection, now);
}

static int connect_socket(struct connection *connection) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return 0;
  int one = 1, segment = FAR_SEGMENT, receive = FAR_RECEIVE_BUFFER;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  // On loopback one segment is 64 KiB, and the kernel would swallow what a network would not.
  if (connection->class->is_far) {
    setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive, sizeof receive);
  }
  if (connect(fd, (struct sockaddr *)&run.server, sizeof run.server) < 0 && errno != EINPROGRESS) {
    close(fd);
    return 0;
  }
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = connection};
  if (epoll_ctl(run.epoll, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
  connection->fd = fd;
  connection->is_reused = 0;
  run.opened++;
  return 1;
}

// Returns 0 when the connection is broken.
static int send_more(struct connection *connection) {
  while (connection->request_sent < connection->request_length) {
    ssize_t count = send(connection->fd, connection->request + connection->request_sent,
                         connection->request_length - connection->request_sent, MSG_NOSIGNAL);
    if (count < 0) return errno == EAGAIN;
    connection->request_sent += (size_t)count;
  }
  int is_paced = connection->class->pace > 0;
  while (connection->uploaded < connection->upload && (!is_paced || connection->allowance > 0)) {
    uint64_t size = connection->upload - connection->uploaded;
    if (size > sizeof filler) size = sizeof filler;
    if (is_paced && size > connection->allowance) size = connection->allowance;
    ssize_t count = send(connection->fd, filler, size, MSG_NOSIGNAL);
    if (count < 0) return errno == EAGAIN;
    connection->uploaded += (uint64_t)count;
    if (is_paced) connection->allowance -= (uint64_t)count;
  }
  return 1;
}

static void reset(struct connection *connection) {
  reset_answer(&connection->answer);
  connection->request_sent = 0;
  connection->uploaded = 0;
}

static void broke(struct connection *connection) {
  // As browsers do: a kept connection that closes before the first byte of an answer was closed while idle.
  if (connection->is_reused && connection->answer.head_length == 0 && connection->upload == 0 && !connection->has_retried) {
    connection->has_retried = 1;
    close_socket(connection);
    reset(connection);
    if (connect_socket(connection) && send_more(connection)) return;
  }
  end(connection, BROKEN);
}

void begin(struct connection *connection, uint64_t planned_us) {
  struct class *class = connection->class;
  reset(connection);
  connection->began_us = planned_us;
  connection->has_retried = 0;
  connection->wake_us = 0;
  connection->is_running = 1;
  connection->upload = class->upload;
  // The first upload of a client is of any length, so that they do not all end at once.
  if (class->varies && class->begun < (uint64_t)class->clients)
    connection->upload = (uint64_t)(random_unit() * (double)class->upload);
  connection->allowance = class->pace / TICKS_PER_SECOND;
  class->begun++;
  connection->later = NULL;
  connection->earlier = class->last;
  if (class->last) class->last->later = connection;
  else class->first = connection;
  class->last = connection;
  int length = class->upload > 0
      ? snprintf(connection->request, REQUEST_MAX,
                 "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n"
                 "Content-Length: %llu\r\n\r\n", class->path, (unsigned long long)connection->upload)
      : snprintf(connection->request, REQUEST_MAX, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", class->path);
  connection->request_length = (size_t)length;
  if (connection->fd >= 0) connection->is_reused = 1;
  else if (!connect_socket(connection)) {
    end(connection, NOT_SENT);
    return;
  }
  uint64_t late = now_us() - planned_us;
  if (late > run.late_max_us) run.late_max_us = late;
  run.late_sum_us += late;
  run.sent++;
  if (!send_more(connection)) broke(connection);
}

static void receive(struct connection *connection) {
  int is_paced = connection->class->pace > 0;
  for (;;) {
    size_t room = sizeof scratch;
    if (is_paced && connection->allowance < room) room = connection->allowance;
    if (room == 0) return;
    ssize_t count = recv(connection->fd, scratch, room, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
      int is_whole = count == 0 && connection->answer.has_head && connection->answer.body_left == UNTIL_CLOSE;
      if (is_whole) end(connection, ANSWERED);
      else broke(connection);
      return;
    }
    if (is_paced) connection->allowance -= (uint64_t)count;
    int state = take_answer(&connection->answer, scratch, (size_t)count);
    if (state != 0) {
      end(connection, state > 0 ? ANSWERED : BROKEN);
      return;
    }
  }
}

// The server has closed an idle connection, or sent what nobody asked for.
static void forget_idle(struct connection *connection) {
  for (struct connection **link = &connection->class->idle; *link; link = &(*link)->below) {
    if (*link != connection) continue;
    *link = connection->below;
    break;
  }
  close_socket(connection);
  if (connection->class->is_open) connection->class = NULL;
}

void on_event(struct connection *connection, uint32_t events) {
  if (!connection->class) return;
  if (!connection->is_running) {
    if (connection->fd >= 0 && events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) forget_idle(connection);
    return;
  }
  if (events & EPOLLOUT && !send_more(connection)) {
    broke(connection);
    return;
  }
  if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) receive(connection);
}

void on_tick(struct connection *connection) {
  connection->allowance = connection->class->pace / TICKS_PER_SECOND;
  if (!send_more(connection)) broke(connection);
  else if (connection->is_running && connection->uploaded == connection->upload) receive(connection);
}

void reap(void) {
  size_t kept = 0;
  for (size_t index = 0; index < all_open_count; index++) {
    if (all_open[index]->class) all_open[kept++] = all_open[index];
    else free(all_open[index]);
  }
  all_open_count = kept;
}

void begin_open(struct class *class, uint64_t planned_us) {
  struct connection *connection = class->idle;
  if (connection) class->idle = connection->below;
  else {
    if (all_open_count == OPEN_MAX) fail("too many connections");
    connection = calloc(1, sizeof *connection);
    if (!connection) fail("calloc");
    connection->fd = -1;
    connection->class = class;
    all_open[all_open_count++] = connection;
  }
  begin(connection, planned_us);
}
