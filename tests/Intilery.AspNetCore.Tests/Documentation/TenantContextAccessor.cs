namespace Intilery.AspNetCore.Tests.Documentation;

/// <summary>As such libraries do it: a singleton, whose value flows with the request.</summary>
internal sealed class TenantContextAccessor : ITenantContextAccessor
{
    private readonly AsyncLocal<TenantInfo?> _current = new();

    public TenantInfo? TenantInfo
    {
        get => _current.Value;
        set => _current.Value = value;
    }
}
