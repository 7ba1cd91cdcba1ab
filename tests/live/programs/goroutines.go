// SPDX-License-Identifier: MIT

// A library for a program in C: goroutines, whose stacks are small, compute all the time, so that signals find their threads on
// those.
package main

/*
#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long taken;

static void hold_in_c(void)
{
	pthread_mutex_lock(&mutex);
	if (++taken % 10 == 0)
		usleep(200);
	pthread_mutex_unlock(&mutex);
}

static long taken_in_c(void)
{
	return taken;
}
*/
import "C"

import "sync"

//go:noinline
func deep(left int, sum int) int {
	var frame [8]int
	for i := range frame {
		frame[i] = sum + i
	}
	if left == 0 {
		return frame[7]
	}
	return deep(left-1, frame[left%8]) + 1
}

//export Work
func Work(goroutines, rounds C.int) C.long {
	var group sync.WaitGroup
	sums := make([]int, goroutines)
	for number := range sums {
		group.Add(1)
		go func(number int) {
			defer group.Done()
			for round := 0; round < int(rounds); round++ {
				for i := 0; i < 200; i++ {
					sums[number] += deep(i%60, number) & 7
				}
				C.hold_in_c()
			}
		}(number)
	}
	group.Wait()
	total := 0
	for _, sum := range sums {
		total += sum
	}
	return C.long(total) + C.taken_in_c()
}

func main() {}
