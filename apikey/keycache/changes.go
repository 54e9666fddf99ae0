package keycache

import (
	"hash/maphash"
	"sync/atomic"

	"github.com/google/uuid"

	"github.com/buildkey/buildkey/apikey"
)

// changes counts what was reported. Keys and projects share a bounded number of
// counters; two that share one only cost each other a read.
type changes struct {
	keys     [shards]atomic.Uint64
	projects [shards]atomic.Uint64
	all      atomic.Uint64
	wide     atomic.Uint64 // reports about more than one key, counted before they take effect
}

const shards = 1 << 10

// generations are the counters as they were before a key was read, and which of
// the shared ones are its own.
type generations struct {
	key, project, all      uint64
	keyShard, projectShard int
}

var seed = maphash.MakeSeed()

func keyShard(id uuid.UUID) int          { return int(maphash.Comparable(seed, id) % shards) }
func projectShard(project apikey.ID) int { return int(maphash.Comparable(seed, project) % shards) }

func (c *changes) key(id uuid.UUID) { c.keys[keyShard(id)].Add(1) }

func (c *changes) project(id apikey.ID) {
	c.wide.Add(1)
	c.projects[projectShard(id)].Add(1)
}

func (c *changes) everything() {
	c.wide.Add(1)
	c.all.Add(1)
}

// before is taken before a key is read, when its project is not known yet.
type before struct{ key, wide uint64 }

func (c *changes) before(id uuid.UUID) before {
	return before{key: c.keys[keyShard(id)].Load(), wide: c.wide.Load()}
}

// since gives the generations of a key that was read after b, and tells whether
// nothing was reported of it in between.
func (c *changes) since(b before, k *apikey.Key) (generations, bool) {
	g := generations{key: b.key, all: c.all.Load(), keyShard: keyShard(k.ID), projectShard: projectShard(k.Project)}
	g.project = c.projects[g.projectShard].Load()
	return g, c.wide.Load() == b.wide && c.keys[g.keyShard].Load() == b.key
}

// unchanged tells whether nothing was reported of a key since.
func (c *changes) unchanged(g *generations) bool {
	return c.all.Load() == g.all && c.keys[g.keyShard].Load() == g.key && c.projects[g.projectShard].Load() == g.project
}
