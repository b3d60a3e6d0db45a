namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A key of an application's own, as domain-driven ones have.</summary>
public readonly record struct UserKey(Guid Value)
{
    public override string ToString() => Value.ToString();
}
