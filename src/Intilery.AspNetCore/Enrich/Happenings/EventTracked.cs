using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Enrich.Happenings;

/// <summary>
/// The application says that something happened. <see cref="Happening.UserId"/> is the user that the event names or that was at
/// work when it was told; empty if that is only known by the scope's end.
/// </summary>
internal sealed record EventTracked : Happening
{
    /// <summary>Gets the event as the application told it, checked.</summary>
    [JsonConverter(typeof(LifecycleEventConverter))]
    public required LifecycleEvent Event { get; init; }

    /// <summary>Gets the tenant of the principal that was at work: the account of events that name none.</summary>
    public string? TenantId { get; init; }
}
