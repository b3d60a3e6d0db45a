using Intilery.AspNetCore.Enrich.Happenings;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Intilery.AspNetCore.Capture.Identity;

/// <summary>A change that was saved, and the entity by whose key it can be looked up again after a rollback to a savepoint.</summary>
internal sealed record SavedChange(EntityEntry Entry, Happening Happening);
