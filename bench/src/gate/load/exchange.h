// Requests and the connections they travel on.
#ifndef EXCHANGE_H
#define EXCHANGE_H
#include "answer.h"
#include <netinet/in.h>
#include <stdio.h>

enum { REQUEST_MAX = 512, PHASES_MAX = 8, TICKS_PER_SECOND = 4 };
enum outcome { ANSWERED = 0, GAVE_UP = 1, BROKEN = 2, UNFINISHED = 3, NOT_SENT = 4, RETRIED = 0x80 };

// What is written for each request. Little endian, without padding.
struct record {
  uint32_t planned_us, latency_us, body_bytes;
  uint16_t status;
  uint8_t class, outcome;
};

struct connection {
  int fd; // -1: none
  struct class *class;
  struct connection *earlier, *later; // in flight, by the time they began
  struct connection *below;           // in the stack of idle ones
  int is_running, is_reused, has_retried;
  uint64_t began_us, wake_us;
  char request[REQUEST_MAX];
  size_t request_length, request_sent;
  uint64_t upload, uploaded, allowance;
  struct answer answer;
};

struct class {
  uint8_t index;
  char path[64];
  int is_open, clients, is_far, varies, phase_count, phase;
  double rate[PHASES_MAX], phase_end_us[PHASES_MAX], next_us;
  uint64_t upload, pace, give_up_us, pause_us, from_us, until_us, most;
  uint64_t begun, ended;
  struct connection *first, *last, *idle, *held;
};

// What all exchanges of a run share.
struct run {
  int epoll;
  struct sockaddr_in server;
  FILE *records;
  uint64_t start_ns, random_state, opened, sent, late_max_us, late_sum_us;
};
extern struct run run;

void fail(const char *what);
uint64_t now_us(void);
double random_unit(void);
int may_begin(const struct class *class, uint64_t now);
void note(struct connection *connection, enum outcome outcome);

// A request that was planned for that time begins; a connection that is open is used again.
void begin(struct connection *connection, uint64_t planned_us);
// The same for an open class, on its idle connection or a new one.
void begin_open(struct class *class, uint64_t planned_us);
// A request has ended. Closes the connection unless it can be used again; a held client goes on.
void end(struct connection *connection, enum outcome outcome);
void on_event(struct connection *connection, uint32_t events);
// A paced connection may send and receive its next share.
void on_tick(struct connection *connection);
// Frees connections that have ended. Not while a batch of events may still name them.
void reap(void);
#endif
