export class LossReportResponse {
  state: 'taken_down';
}
