namespace Intilery.AspNetCore.Tests.Documentation;

/// <summary>A tenant, as multi-tenancy libraries describe it.</summary>
internal sealed record TenantInfo(string Identifier);
