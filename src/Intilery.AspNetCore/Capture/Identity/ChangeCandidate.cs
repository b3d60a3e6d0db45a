using Intilery.AspNetCore.Enrich.Happenings;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Intilery.AspNetCore.Capture.Identity;

/// <summary>A change that is about to be saved. What it is, is read after the save: keys are temporary before it.</summary>
/// <param name="Entry">The tracked entity.</param>
/// <param name="Read">Makes the happening of the entity's values, or <see langword="null"/> if there is none after all.</param>
internal sealed record ChangeCandidate(EntityEntry Entry, Func<PropertyValues, Happening?> Read);
