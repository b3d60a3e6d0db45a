namespace Intilery.AspNetCore.Tests.Documentation;

/// <summary>A stand-in of what multi-tenancy libraries offer: who the request's tenant is, set by their middleware.</summary>
internal interface ITenantContextAccessor
{
    TenantInfo? TenantInfo { get; set; }
}
