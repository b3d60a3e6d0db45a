namespace Intilery.AspNetCore.Tests.Flows;

public sealed class RegisteredAfterTheServices(FlowApps apps) : FlowMatrix(apps, Registration.AfterTheServices), IClassFixture<FlowApps>;
