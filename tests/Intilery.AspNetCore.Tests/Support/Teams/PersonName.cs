namespace Intilery.AspNetCore.Tests.Support.Teams;

public sealed class PersonName
{
    public string? First { get; set; }

    public string? Last { get; set; }
}
