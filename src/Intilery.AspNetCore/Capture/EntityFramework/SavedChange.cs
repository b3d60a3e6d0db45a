using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Something that a save changes.</summary>
internal interface ISavedChangeSource
{
    /// <summary>Returns, after the save, what it means: nothing, or one or more facts.</summary>
    IEnumerable<FoundChange> Read();
}

/// <summary>What a save has changed, and how to look it up again after a rollback to a savepoint.</summary>
/// <param name="Fact">What it means.</param>
/// <param name="Entry">The entity whose row proves it; <see langword="null"/> if none does.</param>
/// <param name="IsIn">Whether the row, <see langword="null"/> if it is gone, still says so.</param>
internal sealed record FoundChange(CapturedFact Fact, EntityEntry? Entry, Func<PropertyValues?, bool> IsIn) : IStoredFact
{
    public bool IsStored() => IsIn(Entry?.GetDatabaseValues());

    public async ValueTask<bool> IsStoredAsync(CancellationToken cancellationToken) =>
        IsIn(Entry is { } entry ? await entry.GetDatabaseValuesAsync(cancellationToken).ConfigureAwait(false) : null);
}
