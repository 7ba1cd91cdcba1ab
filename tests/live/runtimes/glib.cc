// SPDX-License-Identifier: MIT
// GLib's mutex and condition. Its library is nearly everywhere, stripped; its headers are not, hence the declarations.
#include "stage.h"

struct GMutex {
	void *word;
};
struct GCond {
	void *unused;
	unsigned word[2];
};
extern "C" {
void g_mutex_lock(GMutex *mutex);
void g_mutex_unlock(GMutex *mutex);
void g_cond_wait(GCond *cond, GMutex *mutex);
void g_cond_signal(GCond *cond);
void g_cond_broadcast(GCond *cond);
}

static GMutex mutex;
static GCond cond;
static bool is_true;

SCENE hold_mutex()
{
	g_mutex_lock(&mutex);
	stage_have();
	g_mutex_unlock(&mutex);
	NO_TAIL_CALL();
}

SCENE want_mutex()
{
	stage_want();
	g_mutex_lock(&mutex);
	stage_got();
	g_mutex_unlock(&mutex);
	NO_TAIL_CALL();
}

SCENE signal_one()
{
	stage_have();
	g_mutex_lock(&mutex);
	is_true = true;
	g_mutex_unlock(&mutex);
	g_cond_signal(&cond);
	NO_TAIL_CALL();
}

SCENE signal_all()
{
	stage_have();
	g_mutex_lock(&mutex);
	is_true = true;
	g_mutex_unlock(&mutex);
	g_cond_broadcast(&cond);
	NO_TAIL_CALL();
}

static void wait_until_true()
{
	g_mutex_lock(&mutex);
	stage_want();
	while (!is_true)
		g_cond_wait(&cond, &mutex);
	stage_got();
	is_true = false;
	g_mutex_unlock(&mutex);
}

SCENE wait_for_one()
{
	wait_until_true();
	NO_TAIL_CALL();
}

SCENE wait_for_all()
{
	wait_until_true();
	NO_TAIL_CALL();
}

int main()
{
	PLAY(lock, futex, hold_mutex, want_mutex);
	PLAY(other, futex, signal_one, wait_for_one);
	PLAY(other, futex, signal_all, wait_for_all);
}
