using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Enrich.Happenings;

/// <summary>A user's row was committed.</summary>
internal sealed record UserCreated : Happening
{
    public required Profile Profile { get; init; }
}
