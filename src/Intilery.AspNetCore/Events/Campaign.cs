namespace Intilery.AspNetCore.Events;

/// <summary>The <c>utm_*</c> parameters of the page that led here.</summary>
internal sealed record Campaign
{
    public string? Name { get; init; }

    public string? Source { get; init; }

    public string? Medium { get; init; }

    public string? Term { get; init; }

    public string? Content { get; init; }
}
