
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>A change that was saved.</summary>
/// <param name="Found">What it means, and how to look it up again.</param>
/// <param name="Scope">The scope that it happened in.</param>
internal sealed record SavedChange(FoundChange Found, CaptureScope Scope)
{
    public CapturedFact Fact => Found.Fact;

    /// <summary>Gets the intent that was written in the change's own transaction, if any.</summary>
    public long? IntentId { get; init; }

    /// <summary>Gets the entry that waits in the scope for the transaction's end, if any.</summary>
    public ScopeEntry? Waiting { get; init; }

    /// <summary>Takes a change that was undone out of its scope.</summary>
    public void Withdraw()
    {
        if (Waiting is not null)
        {
            Scope.Remove(Waiting);
        }
    }
}
