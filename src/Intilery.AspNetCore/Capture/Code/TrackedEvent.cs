using System.Data.Common;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Capture.Code;

/// <summary>An event that a context was told and that waits for its save.</summary>
/// <param name="Fact">The event.</param>
/// <param name="Transaction">The transaction that was open when it was told, if any: it is nothing without it.</param>
internal sealed record TrackedEvent(CapturedFact Fact, DbTransaction? Transaction)
{
    /// <summary>Gets a value indicating whether a save has failed with it: then the application may tell it again, or not.</summary>
    public bool IsGivenBack { get; init; }
}
