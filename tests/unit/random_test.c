/* SPDX-License-Identifier: MIT */
/* Goal of this test: the generator is wyrand to the bit, its numbers are uniform, its streams differ. */
#include "check.h"
#include "random.h"

/* The same arithmetic in 32-bit digits, written from wyrand's definition and not from random.c. */
static uint64_t reference_bits(uint64_t *state)
{
	*state += UINT64_C(0xa0761d6478bd642f);
	uint64_t a = *state, b = *state ^ UINT64_C(0xe7037ed1a0b428db);
	uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
	uint64_t middle = (a0 * b0 >> 32) + (uint32_t)(a0 * b1) + (uint32_t)(a1 * b0);
	uint64_t low = middle << 32 | (uint32_t)(a0 * b0);
	uint64_t high = a1 * b1 + (a0 * b1 >> 32) + (a1 * b0 >> 32) + (middle >> 32);

	return high ^ low;
}

static void test_is_wyrand(void)
{
	static const uint64_t known[] = {UINT64_C(0x111cb3a78f59a58e), UINT64_C(0xceabd938ff4e856d),
					 UINT64_C(0x61fb51318f47d2a4)};
	struct random random = {.state = 0};
	uint64_t state = 0, wrong = 0;

	for (int i = 0; i < 3; i++) /* worked out with big integers */
		is_u64(random_bits(&random), known[i], "number %d from state 0", i);
	random.state = 0;
	for (int i = 0; i < 100000; i++)
		wrong += random_bits(&random) != reference_bits(&state);
	is_u64(wrong, 0, "100000 numbers are those of the reference");
	is_u64(random.state, state, "and so is the state");
}

/* Chi-square of `buckets` buckets over random_below(buckets). */
static double chi_square(uint64_t seed, unsigned buckets, unsigned draws)
{
	unsigned counts[256] = {0};
	double expected = (double)draws / buckets, sum = 0;
	struct random random;

	random_seed(&random, seed, 0);
	for (unsigned i = 0; i < draws; i++)
		counts[random_below(&random, buckets)]++;
	for (unsigned i = 0; i < buckets; i++)
		sum += (counts[i] - expected) * (counts[i] - expected) / expected;
	return sum;
}

static void test_buckets_are_even(void)
{
	static const struct {
		unsigned buckets;
		double limit; /* exceeded once in 10^6 by chance */
	} cases[] = {{2, 24}, {3, 28}, {10, 46}, {100, 175}, {256, 373}};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double sum = chi_square(i, cases[i].buckets, 1000000);

		ok(sum < cases[i].limit, "chi-square of %u buckets is %.1f, below %.0f", cases[i].buckets, sum,
		   cases[i].limit);
	}
}

/* With a limit of 3/4 of 2^64 a multiplication without rejection hits every third number twice as often. */
static void test_large_limit_is_uniform(void)
{
	uint64_t limit = UINT64_C(3) << 62, thirds[3] = {0}, outside = 0;
	struct random random;

	random_seed(&random, 1, 0);
	for (int i = 0; i < 300000; i++) {
		uint64_t drawn = random_below(&random, limit);

		outside += drawn >= limit;
		thirds[drawn % 3]++;
	}
	is_u64(outside, 0, "no number is at or above the limit");
	for (int i = 0; i < 3; i++)
		near_ratio((double)thirds[i], 100000, 0.015, "residue %d modulo 3 comes up a third of the time", i);
}

static void test_small_limits(void)
{
	struct random random;
	uint64_t sum = 0, ones = 0;

	random_seed(&random, 2, 0);
	for (int i = 0; i < 1000; i++)
		sum += random_below(&random, 1);
	is_u64(sum, 0, "below 1 there is only 0");
	for (int i = 0; i < 1000; i++)
		ones += random_below(&random, 2);
	ok(ones > 400 && ones < 600, "below 2 both come up (%ju ones in 1000)", (uintmax_t)ones);
}

/* How many of the first numbers two generators share, position by position. */
static unsigned count_equal(struct random one, struct random other)
{
	unsigned equal = 0;

	for (int i = 0; i < 1000; i++)
		equal += random_bits(&one) == random_bits(&other);
	return equal;
}

static void test_streams_differ(void)
{
	struct random base, same, stream, seed, swapped;

	random_seed(&base, 7, 3);
	random_seed(&same, 7, 3);
	random_seed(&stream, 7, 4);
	random_seed(&seed, 8, 3);
	random_seed(&swapped, 3, 7);
	is_u64(count_equal(base, same), 1000, "seed and stream determine the numbers");
	is_u64(count_equal(base, stream), 0, "another stream has other numbers");
	is_u64(count_equal(base, seed), 0, "another seed has other numbers");
	is_u64(count_equal(base, swapped), 0, "seed and stream do not commute");
}

/* Streams of one seed are uncorrelated: bits that agree are half of all. */
static void test_streams_are_independent(void)
{
	double agreeing = 0;

	for (uint64_t stream = 0; stream < 1000; stream++) {
		struct random one, other;

		random_seed(&one, 1, stream);
		random_seed(&other, 1, stream + 1);
		for (int i = 0; i < 16; i++)
			agreeing += 64 - __builtin_popcountll(random_bits(&one) ^ random_bits(&other));
	}
	/* 1024000 bits: a standard deviation is 0.1 %. */
	near_ratio(agreeing, 1000 * 16 * 32, 0.005, "neighbouring streams agree in half of their bits");
}

int main(void)
{
	test_is_wyrand();
	test_buckets_are_even();
	test_large_limit_is_uniform();
	test_small_limits();
	test_streams_differ();
	test_streams_are_independent();
	return done();
}
