using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>A user whom a save deletes, by deleting the row or by marking it, or brings back.</summary>
/// <param name="Entry">The user.</param>
/// <param name="WasThere">Whether the user was there before.</param>
/// <param name="IsThere">Whether the user is there, by a row, <see langword="null"/> if that is gone.</param>
internal sealed record PersonTouch(EntityEntry Entry, bool WasThere, Func<PropertyValues?, bool> IsThere);
