namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>A parameter of a function that makes events.</summary>
/// <param name="Type">Its type, by which it is found.</param>
/// <param name="Name">Its name, by which it is found where the type does not tell.</param>
internal sealed record TypedEventParameter(Type Type, string Name)
{
    public override string ToString() => $"{ValueTypes.NameOf(Type)} {Name}".TrimEnd();
}
