/* What both peers share: a case as text, triplets to compressed columns, a clock. One case per file, lines "name count values". */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_klu.h>
#include <sunmatrix/sunmatrix_sparse.h>

enum { CATIONS = 21 };

/* Flows of every stage (leaving: aq, org; arriving from the neighbours: aq_in, org_in), volumes, and what is fed. */
typedef struct {
	int stages, sodium, hydrogen;
	double extractant; /* dimers per volume */
	double keep, soap; /* part of the stripped organic that returns; of its hydrogen that becomes sodium */
	double *aq, *org, *aq_in, *org_in, *feed, *mixer_aq, *mixer_org, *settler_aq, *settler_org;
	double *lnk, *z;
	double *start, *solution; /* ln x of every cation, ln r; by stages */
	double *mixer, *layer_aq, *layer_org; /* contents at the beginning of a transient */
	double *times, *outlets; /* of the output, and the two stages besides first and last that it shows */
} sx1_case;

static double *sx1_values(FILE *f, int n)
{
	double *v = malloc(n * sizeof *v);
	for (int i = 0; i < n; i++)
		if (fscanf(f, "%lf", v + i) != 1) {
			fprintf(stderr, "case file ends early\n");
			exit(2);
		}
	return v;
}

static void sx1_read(const char *path, sx1_case *c)
{
	struct { const char *name; double **to; } rows[] = {
		{"aq", &c->aq}, {"org", &c->org}, {"aq_in", &c->aq_in}, {"org_in", &c->org_in}, {"feed", &c->feed}, {"lnk", &c->lnk}, {"z", &c->z},
		{"start", &c->start}, {"solution", &c->solution}, {"mixer_aq", &c->mixer_aq}, {"mixer_org", &c->mixer_org},
		{"settler_aq", &c->settler_aq}, {"settler_org", &c->settler_org}, {"mixer", &c->mixer}, {"layer_aq", &c->layer_aq},
		{"layer_org", &c->layer_org}, {"times", &c->times}, {"outlets", &c->outlets},
	};
	FILE *f = fopen(path, "r");
	char name[32];
	int n;
	if (!f) {
		perror(path);
		exit(2);
	}
	memset(c, 0, sizeof *c);
	while (fscanf(f, "%31s %d", name, &n) == 2) {
		double *v = sx1_values(f, n);
		if (!strcmp(name, "shape")) { /* stages, sodium, hydrogen, extractant, keep, soap */
			c->stages = v[0], c->sodium = v[1], c->hydrogen = v[2], c->extractant = v[3], c->keep = v[4], c->soap = v[5];
			continue;
		}
		for (size_t q = 0; q < sizeof rows / sizeof *rows; q++)
			if (!strcmp(name, rows[q].name))
				*rows[q].to = v;
	}
	fclose(f);
}

/* Processor time: a busy machine tells nearly the same. */
static double sx1_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return 1e3 * t.tv_sec + 1e-6 * t.tv_nsec;
}

/* A sparse matrix whose pattern never changes: triplets in the order in which they are put, each with its place in the columns. */
typedef struct { long used, room, n; int *row, *column; double *value; sunindextype *start, *index; long *place; } sx1_sparse;

static void sx1_put(sx1_sparse *s, int row, int column, double value)
{
	if (s->used == s->room) {
		s->room = 2 * s->room + 1024;
		s->row = realloc(s->row, s->room * sizeof *s->row);
		s->column = realloc(s->column, s->room * sizeof *s->column);
		s->value = realloc(s->value, s->room * sizeof *s->value);
	}
	s->row[s->used] = row, s->column[s->used] = column, s->value[s->used++] = value;
}

static void sx1_pattern(sx1_sparse *s, long n)
{
	long *next = calloc(n + 1, sizeof *next);
	s->n = n;
	s->start = calloc(n + 1, sizeof *s->start);
	s->index = malloc(s->used * sizeof *s->index);
	s->place = malloc(s->used * sizeof *s->place);
	for (long k = 0; k < s->used; k++)
		s->start[s->column[k] + 1]++;
	for (long q = 0; q < n; q++)
		s->start[q + 1] += s->start[q];
	for (long q = 0; q < n; q++)
		next[q] = s->start[q];
	for (long k = 0; k < s->used; k++) {
		s->place[k] = next[s->column[k]]++;
		s->index[s->place[k]] = s->row[k];
	}
	free(next);
}

static void sx1_store(const sx1_sparse *s, SUNMatrix m)
{
	double *to = SUNSparseMatrix_Data(m);
	memcpy(SUNSparseMatrix_IndexPointers(m), s->start, (s->n + 1) * sizeof *s->start);
	memcpy(SUNSparseMatrix_IndexValues(m), s->index, s->used * sizeof *s->index);
	for (long k = 0; k < s->used; k++)
		to[s->place[k]] = s->value[k];
}

static void *sx1_room(long n) { return calloc(n, sizeof(double)); }
