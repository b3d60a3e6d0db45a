using System.Data.Common;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Capture.Code;

/// <summary>An event that was tracked with a context and waits for its save.</summary>
/// <param name="Fact">The event.</param>
/// <param name="Transaction">The transaction that was open when it was tracked, if any: the event is discarded with it.</param>
internal sealed record TrackedEvent(CapturedFact Fact, DbTransaction? Transaction)
{
    /// <summary>Gets a value indicating whether a save has failed with it: the application may track it again, or not.</summary>
    public bool IsGivenBack { get; init; }
}
