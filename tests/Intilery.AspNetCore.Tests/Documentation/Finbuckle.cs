namespace Finbuckle.MultiTenant.Abstractions;

/// <summary>The tenant, under the names that Finbuckle.MultiTenant has had since version 7.</summary>
internal interface ITenantInfo
{
    string? Id { get; }

    string? Identifier { get; }
}

/// <summary>What a request's tenant is resolved to.</summary>
internal interface IMultiTenantContext
{
    ITenantInfo? TenantInfo { get; }
}

/// <summary>The accessor that an application injects.</summary>
internal interface IMultiTenantContextAccessor
{
    IMultiTenantContext? MultiTenantContext { get; }
}
