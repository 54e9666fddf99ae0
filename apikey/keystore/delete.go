package keystore

import (
	"context"

	"github.com/google/uuid"
)

// Delete revokes a key and all that descend from it, and removes its record and
// its handles; its audit trail stays. Its secret is unknown from then on. Errors:
// apikey.ErrNotFound, or one that matches apikey.ErrUnavailable.
func (s *Store) Delete(ctx context.Context, id uuid.UUID) error {
	return s.change(ctx, "delete a key", func(c *change) error {
		// Handles before keys, as in Unwrap.
		if _, err := c.exec(`DELETE FROM buildkey_handles WHERE key_id = ?`, id.String()); err != nil {
			return err
		}
		if err := c.lock(id); err != nil {
			return err
		}
		if err := c.revokeOne(id, 0); err != nil {
			return err
		}
		if err := c.happened(c.now(), eventDelete, "", id.String()); err != nil {
			return err
		}
		_, err := c.exec(`DELETE FROM buildkey_keys WHERE id = ?`, id.String())
		return err
	})
}
